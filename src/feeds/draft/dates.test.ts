import { describe, expect, it } from 'vitest';
import { datesIn, formatsToList, monthsIn } from './dates.ts';

describe('how days are written', () => {
  it.each([
    [['20230704', '99991231'], ['YYYYMMDD']],
    [['2023-07-04', '2023-7-4 00:00:00'], ['YYYY-MM-DD']],
    [['7/4/2023', '7/14/2023'], ['M/D/YYYY']],
    [['4/7/2023', '14/7/2023'], ['D/M/YYYY']],
    [['14/7/23'], ['D/M/YY']],
    [['4.7.2023', '14.7.2023', '14.7.2023 08:30'], ['D.M.YYYY']],
    [['April 4, 2003', 'Apr 4 2003'], ['Month D, YYYY']],
    [['4-Apr-2003', '4 April 2003'], ['D-Mon-YYYY']],
    [['45117', '45077.0'], ['serial']],
    [['31.02.9999x', 'pending', '20231340', '2023'], []],
  ])('%s', (values, formats) => {
    expect(datesIn(values).formats.map(({ format }) => format)).toEqual(formats);
  });

  it('is decided by most numbers above 12, where some contradict', () => {
    const dates = datesIn(['7/14/2023', '7/15/2023', '14/7/2023', '1/2/2023']);
    expect(dates.formats).toEqual([{ format: 'M/D/YYYY', count: 3 }]);
    expect(dates.ambiguous).toBe(false);
  });

  it('is ambiguous without a number above 12', () => {
    expect(datesIn(['7/4/2023', '1/2/2023']).ambiguous).toBe(true);
    expect(datesIn(['7.4.2023']).ambiguous).toBe(false);
  });
});

describe('an open end', () => {
  it.each([
    [['20231231', '99991231'], ['99991231']],
    [
      ['12/31/9999', '12/31/2199', '1/1/2024'],
      ['12/31/9999', '12/31/2199'],
    ],
    [['31.12.9999'], ['31.12.9999']],
    [['2029-12-31'], []],
  ])('%s', (values, open) => {
    expect(datesIn(values).open).toEqual(open);
  });
});

describe('days after another', () => {
  it.each([
    [['20230731', '20230801'], 1],
    [['8/1/2023', '7/31/2023', '12/31/9999'], 2],
    [['1.8.2023', '31.7.2023'], 1],
    [['45139', '45138'], 1],
  ])('%s', (values, after) => {
    expect(datesIn(values).after('2023-07-31')).toBe(after);
  });
});

describe('formats that a description has to list', () => {
  const many = (value: string, count: number) => Array.from({ length: count }, () => value);

  it.each([
    ['none where the macros read them', ['7/14/2023', '45117'], undefined],
    ['those with the day first', many('14.7.2023', 3), ['D.M.YYYY']],
    ['rare serials with them', [...many('14.7.2023', 200), '45117'], ['D.M.YYYY', 'serial']],
    ['but no rare accident', [...many('14.7.2023', 200), '7/14/2023'], ['D.M.YYYY']],
  ])('%s', (_, values, formats) => {
    expect(formatsToList(datesIn(values))).toEqual(formats);
  });
});

describe('months', () => {
  it.each([
    [['2023-07'], 'YYYY-MM'],
    [['202307', '202313'], 'YYYYMM'],
    [['07/2023', '7/2023'], 'MM/YYYY'],
    [['07.2023'], 'MM.YYYY'],
    [['Jul 2023', 'July 2023'], 'Mon YYYY'],
    [['20230704'], undefined],
  ])('%s', (values, written) => {
    expect(monthsIn(values).written).toBe(written);
  });
});
