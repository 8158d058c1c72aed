import { expect, test } from 'vitest';
import { latePeriods } from './late.ts';

const late = (held: string, now: string, byDay = 10) =>
  latePeriods({ every: 'month', byDay }, held === '' ? [] : held.split(' '), new Date(now)).join(' ');

test.each([
  ['nothing was ever held', '', '2023-09-01T00:00:00Z', ''],
  ['everything is there', '2023-06 2023-07', '2023-08-20T00:00:00Z', ''],
  ['the day is not over', '2023-06', '2023-08-10T23:59:59Z', ''],
  ['the day is over', '2023-06', '2023-08-11T00:00:00Z', '2023-07'],
  ['the month itself is not due', '2023-07', '2023-08-31T00:00:00Z', ''],
  ['one in the middle is missing', '2023-05 2023-07', '2023-08-11T00:00:00Z', '2023-06'],
  ['what was before the first is not missed', '2023-07', '2023-09-11T00:00:00Z', '2023-08'],
  ['the order does not matter', '2023-07 2023-05 2023-07', '2023-08-11T00:00:00Z', '2023-06'],
  ['a year ends', '2022-11', '2023-01-11T00:00:00Z', '2022-12'],
  ['a period ahead of its time', '2024-01', '2023-08-11T00:00:00Z', ''],
  ['a period ahead of its time, and one that is late', '2023-06 2024-01', '2023-08-11T00:00:00Z', '2023-07'],
])('%s', (_, held, now, expected) => {
  expect(late(held, now)).toBe(expected);
});

test.each([
  ['2023-01', '2023-03-01T00:00:00Z', 31, ''],
  ['2022-12', '2023-02-28T23:59:59Z', 31, ''],
  ['2022-12', '2023-03-01T00:00:00Z', 31, '2023-01'],
  ['2023-12', '2024-02-29T23:59:59Z', 30, ''],
  ['2022-12', '2023-02-01T23:59:59Z', 1, ''],
  ['2022-12', '2023-02-02T00:00:00Z', 1, '2023-01'],
])('with %s held, at %s, due by day %i: %s', (held, now, byDay, expected) => {
  expect(late(held, now, byDay)).toBe(expected);
});

test('two years of missing files are told, and no more', () => {
  const found = late('2015-01', '2023-08-11T00:00:00Z').split(' ');
  expect([found.length, found[0], found.at(-1)]).toEqual([24, '2021-08', '2023-07']);
  const early = late('2015-01', '2023-08-10T00:00:00Z').split(' ');
  expect([early.length, early[0], early.at(-1)]).toEqual([24, '2021-07', '2023-06']);
});

test('a feed that says nothing of when files come has no late ones', () => {
  expect(latePeriods(undefined, ['2015-01'], new Date())).toEqual([]);
});
