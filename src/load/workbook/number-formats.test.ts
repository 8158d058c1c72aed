import { describe, expect, test } from 'vitest';
import XLSX from 'xlsx';
import { builtInFormat, formatOf, paddedText } from './number-formats.ts';

describe('a format', () => {
  test.each([
    ...[
      'yyyy-mm-dd',
      'm/d/yy',
      '[$-409]d\\-mmm\\-yy;@',
      'mmm',
      'dd.mm.yyyy hh:mm',
      'YYYY',
      '[$-411]ggge',
      'd "of" mmmm',
    ],
    ...['0;d', '[Red]yyyy', 'aaaa d'],
  ])('%s is of dates', (code) => expect(formatOf(code)).toBe('date'));

  test.each(['h:mm', 'hh:mm:ss AM/PM', 'mm:ss', 'mm:ss.0', '[$-F400]h:mm:ss\\ AM/PM', 'h A/P'])(
    '%s is of times',
    (code) => expect(formatOf(code)).toBe('time'),
  );

  test.each(['[h]:mm', '[hh]:mm:ss', '[m]', '[SS].00', '[Red][h]:mm'])('%s is of elapsed time', (code) =>
    expect(formatOf(code)).toBe('elapsed'),
  );

  test.each([
    ...['General', 'general', '', '@', '0', '0.00', '#,##0.00', '0%', '0.00E+00', '##0.0e+0', '# ?/?'],
    ...[
      '"days" 0',
      '0 "days"',
      '\\d0',
      '_d0',
      '*d0',
      '[Red]0',
      '[Magenta]0',
      '[>100]0',
      '[$USD-409] 0',
      '"unclosed d',
    ],
    '_($* #,##0.00_);_($* \\(#,##0.00\\);_($* "-"??_);_(@_)',
  ])('%s is of numbers', (code) => expect(formatOf(code)).toBe('plain'));

  test.each([
    'yyyy',
    '0.00',
    '[h]:mm',
    'm/d/yy h:mm',
    '#,##0 "dm"',
    '0_);[Red]\\(0\\)',
    '[$-409]mmm',
    '# ??/??',
  ])('%s is of dates for SheetJS where it is one here', (code) =>
    expect(XLSX.SSF.is_date(code)).toBe(formatOf(code) !== 'plain'),
  );

  test('of its number alone is as SheetJS has it, whose table of formats it is in', () => {
    const table = XLSX.SSF.get_table() as Record<number, string>;
    for (const [id, code] of Object.entries(table).filter(([id]) => Number(id) < 50))
      expect(builtInFormat(Number(id)), code).toEqual(formatOf(code));
  });

  test.each([
    [27, 'date'],
    [33, 'time'],
    [57, 'date'],
    [71, 'date'],
    [79, 'elapsed'],
    [59, 'plain'],
    [164, 'plain'],
  ])('%d is of %s', (id, kind) => expect(builtInFormat(id)).toBe(kind));
});

test.each([
  ['00000', 123, '00123'],
  ['00000', 0, '00000'],
  ['00000', 1234567, '1234567'],
  ['000\\-00\\-0000', 1, '000-00-0001'],
  ['000-00-0000', 123456789, '123-45-6789'],
  ['00000-0000', 21301234, '02130-1234'],
  ['000\\-000', 5, '000-005'],
])('%s shows %d as %s', (code, value, text) => {
  const format = formatOf(code);
  expect(typeof format === 'object' && paddedText(value, format)).toBe(text);
  expect(XLSX.SSF.format(code, value)).toBe(text);
});

test('a number of more digits than zeros loses none', () => {
  expect(paddedText(12345678901, { pattern: '00000-0000' })).toBe('1234567-8901');
});
