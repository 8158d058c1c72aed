import { describe, expect, it } from 'vitest';
import { numbersIn } from './numbers.ts';
import { describeValues, fitOf } from './shapes.ts';
import { codeList, type KnownWords, readWords } from './terms.ts';

describe('what parts the cents', () => {
  it.each([
    [['1.234,50', '12,5'], 'comma'],
    [['1,234.50', '12.5', '$7.00', '(45.00)'], 'point'],
    [['1,234', '12.50'], 'point'],
    [['1.234', '12,50'], 'comma'],
    [['45,00-', '-45,00'], 'comma'],
    [['100', '200'], 'point'],
    [['1.234.567', '2,0'], 'comma'],
  ])('%s', (values, decimal) => {
    expect(numbersIn(values).decimal).toBe(decimal);
  });

  it('is asked of numbers only', () => {
    expect(numbersIn(['TBD', '12.50', ',']).read).toBe(1);
  });
});

describe('values that fit a kind', () => {
  it.each([
    ['npi', ['1234567893', '1234567890'], 0.5],
    ['state', ['VA', 'ny', 'ZZ', '88'], 0.5],
    ['diagnosis', ['E11.9', 'E119', 'S52.501A', 'none'], 0.75],
    ['hcpcs', ['99213', 'J1100', '0001F', 'xyz'], 0.75],
    ['date', ['7/14/2023', 'pending'], 0.5],
    ['name', ["O'Neil", 'Smith-Jones, René', 'A1'], 2 / 3],
    ['text', ['anything'], undefined],
    ['npi', [], undefined],
  ] as const)('%s', (kind, values, fit) => {
    expect(fitOf(kind, values)).toEqual(fit);
  });

  it('are described without being shown', () => {
    expect(describeValues(['jane@example.org'])).toBe('e-mail addresses');
    expect(describeValues(['12', '345'])).toBe('whole numbers');
    expect(describeValues(['Jane', 'Joe'])).toBe('words');
    expect(describeValues(['c/o 12', '#7'])).toBe('text');
  });
});

describe('a code list', () => {
  it('has few words, each in use again and again', () => {
    expect(codeList(['F', 'M', 'f', 'M', 'M', 'F'])).toEqual(['F', 'M']);
    expect(codeList(['Jane', 'Joe', 'Jim'])).toBeUndefined();
    expect(codeList(Array.from({ length: 100 }, (_, i) => `word ${i % 20}`))).toBeUndefined();
    expect(codeList(Array.from({ length: 10 }, () => 'x'.repeat(40)))).toBeUndefined();
  });

  const known: KnownWords = {
    sex: new Map([
      ['F', 'female'],
      ['M', 'male'],
    ]),
    record_type: new Map([['O', 'original']]),
    claim_type: new Map([['P', 'professional']]),
    claim_status: new Map([['PAID', 'paid']]),
  };
  const twice = (...words: string[]) => [...words, ...words];

  it.each([
    ['sex', ['F', 'M'], {}, []],
    ['sex', ['W', 'm', 'weiblich'], { female: ['W', 'weiblich'] }, []],
    ['sex', ['H', 'M'], { female: ['M'], male: ['H'] }, []],
    ['sex', ['F', 'Q'], {}, ['Q']],
    ['record_type', ['O', 'Storno', 'ZZ'], { reversal: ['Storno'] }, ['ZZ']],
    ['claim_type', ['P', 'stationär'], { institutional: ['stationär'] }, []],
    ['claim_status', ['Paid', 'in Prüfung'], { pending: ['in Prüfung'] }, []],
  ] as const)('of %s: %s', (kind, words, values, unknown) => {
    expect(readWords(kind, twice(...words), known)).toMatchObject({ values, unknown });
  });
});
