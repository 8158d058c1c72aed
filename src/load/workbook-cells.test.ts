import { describe, expect, test } from 'vitest';
import { cellText, plainDecimal } from './workbook-cells.ts';

describe('a cell as text', () => {
  test.each([
    [{ t: 's', v: '00123' }, '00123'],
    [{ t: 's', v: '' }, null],
    [{ t: 'n', v: 42711784 }, '42711784'],
    [{ t: 'n', v: 189.41, z: '#,##0.00' }, '189.41'],
    [{ t: 'n', v: 123, z: '00000' }, '00123'],
    [{ t: 'n', v: 123456789, z: '000\\-00\\-0000' }, '123-45-6789'],
    [{ t: 'n', v: 46088, z: 'yyyy-mm-dd' }, '2026-03-07'],
    [{ t: 'n', v: 46088, z: 'm/d/yy' }, '2026-03-07'],
    [{ t: 'n', v: 46088.5737152778, z: 'yyyy-mm-dd hh:mm:ss' }, '2026-03-07 13:46:09'],
    [{ t: 'n', v: 0.5729166667, z: 'hh:mm' }, '13:45:00'],
    [{ t: 'n', v: 45.5, z: '[Red]0.00' }, '45.5'],
    [{ t: 'n', v: 45, z: '0 "days"' }, '45'],
    [{ t: 'n', v: -5, z: 'yyyy-mm-dd' }, '-5'],
    [{ t: 'b', v: true }, 'TRUE'],
    [{ t: 'e', v: 42 }, '#N/A'],
    [{ t: 'z' }, null],
    [undefined, null],
  ] as const)('%j is %j', (cell, text) => {
    expect(cellText(cell as never, false)).toBe(text);
  });

  test('dates count from 1904 where the workbook says so', () => {
    expect(cellText({ t: 'n', v: 44626, z: 'yyyy-mm-dd' }, true)).toBe('2026-03-07');
  });
});

describe('a number as plain decimal', () => {
  test.each([
    [4.2711784e7, '42711784'],
    [1e21, '1000000000000000000000'],
    [1.5e22, '15000000000000000000000'],
    [1e-7, '0.0000001'],
    [-2.5e-9, '-0.0000000025'],
    [0.1, '0.1'],
    [0, '0'],
  ])('%d is %s', (value, text) => {
    expect(plainDecimal(value)).toBe(text);
    expect(Number(text)).toBe(value);
  });
});
