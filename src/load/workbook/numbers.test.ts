import { describe, expect, test } from 'vitest';
import { Random } from '../../../samples/random.ts';
import { isPlainDecimal, parseNumber, plainDecimal } from './numbers.ts';

describe('a number as plain decimal', () => {
  test.each([
    [4.2711784e7, '42711784'],
    [1e21, '1000000000000000000000'],
    [1.5e22, '15000000000000000000000'],
    [1e-7, '0.0000001'],
    [-2.5e-9, '-0.0000000025'],
    [0.1, '0.1'],
    [0, '0'],
    [-0, '0'],
  ])('%d is %s', (value, text) => {
    expect(plainDecimal(value)).toBe(text);
    expect(Number(text)).toBe(value + 0);
  });
});

describe('what is a plain decimal already', () => {
  const isPlain = (text: string) => {
    const bytes = Buffer.from(`<${text}>`);
    return isPlainDecimal(bytes, 1, bytes.length - 1);
  };

  test.each(['0', '7', '-7', '10.5', '0.0000001', '-0.5', '123456789012345', '42711784'])('%s', (text) => {
    expect(isPlain(text)).toBe(true);
  });

  test.each([
    ...[
      '',
      '-',
      '-0',
      '00',
      '007',
      '1.',
      '.5',
      '1.50',
      '1.0',
      '+1',
      ' 1',
      '1 ',
      '1e5',
      '1,5',
      '1.2.3',
      '--1',
      'x',
    ],
    ...['1234567890123456', '0.12345678901234567'],
  ])('%s is not, or not surely', (text) => {
    expect(isPlain(text)).toBe(false);
  });

  test('is what it would become', () => {
    const random = new Random('numbers');
    const digits = () => Array.from({ length: random.integer(1, 12) }, () => random.integer(0, 9)).join('');
    let plain = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = `${random.pick(['', '-'])}${digits()}${random.pick(['', '.', `.${digits()}`])}`;
      if (!isPlain(text)) continue;
      plain++;
      expect(plainDecimal(parseNumber(text)!)).toBe(text);
    }
    expect(plain).toBeGreaterThan(5000);
  });
});

test.each(['', 'x', '0x10', '1e999', 'Infinity', '1_000', '1,5', 'NaN', '1 2'])('%s is no number', (text) => {
  expect(parseNumber(text)).toBeUndefined();
});
