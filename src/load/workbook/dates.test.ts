import { describe, expect, test } from 'vitest';
import XLSX from 'xlsx';
import { isoText, serialText } from './dates.ts';

describe('days since 1900', () => {
  test('every one is the day that Excel shows', () => {
    for (let day = 1; day <= 2_958_465; day += day < 800 ? 1 : 97) {
      const { y, m, d } = XLSX.SSF.parse_date_code(day) as { y: number; m: number; d: number };
      const two = (number: number) => String(number).padStart(2, '0');
      expect(serialText(day, 'date', false)).toBe(`${y}-${two(m)}-${two(d)}`);
    }
  });

  test.each([
    [46088.99999999, 'date', '2026-03-08'],
    [46088.5, 'date', '2026-03-07 12:00:00'],
    [46088, 'time', '2026-03-07'],
    [0, 'date', '1900-01-00'],
    [0, 'time', '00:00:00'],
    [0.000001, 'date', '1900-01-00'],
    [0.000001, 'time', '00:00:00'],
    [0.9, 'date', '21:36:00'],
    [0, 'elapsed', '00:00:00'],
    [41.5, 'elapsed', '996:00:00'],
    [-1, 'date', undefined],
    [Number.NaN, 'date', undefined],
    [2_958_466, 'date', undefined],
    [2_958_466, 'elapsed', undefined],
  ] as const)('%d as %s is %s', (serial, kind, text) => {
    expect(serialText(serial, kind, false)).toBe(text);
  });
});

test('days since 1904', () => {
  expect(serialText(0, 'date', true)).toBe('1904-01-01');
  expect(serialText(44626, 'date', true)).toBe('2026-03-07');
  expect(serialText(44626.25, 'date', true)).toBe('2026-03-07 06:00:00');
  expect(serialText(2_957_003, 'date', true)).toBe('9999-12-31');
  expect(serialText(2_957_004, 'date', true)).toBeUndefined();
});

test.each([
  ['2023-07-01', '2023-07-01'],
  ['2023-07-01T00:00:00', '2023-07-01'],
  ['2023-07-01T00:00:00.000Z', '2023-07-01'],
  ['2023-07-01T13:46', '2023-07-01 13:46:00'],
  ['2023-07-01 13:46:09', '2023-07-01 13:46:09'],
  ['2023-07-01T13:46:09.5+02:00', '2023-07-01 13:46:10'],
  ['2023-12-31T23:59:59.9', '2024-01-01'],
  ['T13:46:09', '13:46:09'],
  ['13:46', '13:46:00'],
  ['23:59:59.9', '00:00:00'],
  ['01.07.2023', undefined],
  ['2023-07', undefined],
  ['', undefined],
])('%s is %s', (iso, text) => {
  expect(isoText(iso)).toBe(text);
});
