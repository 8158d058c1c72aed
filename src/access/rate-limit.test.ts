import { expect, test } from 'vitest';
import { RateLimit } from './rate-limit.ts';

/** How long each of the requests at these times has to wait, in milliseconds. */
const waits = (limit: RateLimit, key: string, ...times: number[]) =>
  times.map((now) => Math.round(limit.take(key, now)));

test('a burst passes, then one for every interval; who waits as told passes', () => {
  const limit = new RateLimit({ perSecond: 10, burst: 3 });
  expect(waits(limit, 'a', 1000, 1000, 1000, 1000)).toEqual([0, 0, 0, 100]);
  expect(waits(limit, 'a', 1050, 1100, 1100)).toEqual([50, 0, 100]);
});

test('a burst comes back with time, and is never more than it', () => {
  const limit = new RateLimit({ perSecond: 10, burst: 2 });
  expect(waits(limit, 'a', 0, 0, 0, 9000, 9000, 9000)).toEqual([0, 0, 100, 0, 0, 100]);
});

test('what is refused does not count', () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 });
  expect(waits(limit, 'a', 0, 10, 20, 30, 1000)).toEqual([0, 990, 980, 970, 0]);
});

test('one key does not hold up another', () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 });
  expect([...waits(limit, 'a', 0, 0), ...waits(limit, 'b', 0)]).toEqual([0, 1000, 0]);
});

test('a rate that is a fraction adds up', () => {
  const limit = new RateLimit({ perSecond: 3, burst: 1 });
  for (let i = 0; i < 1000; i++) expect(limit.take('a', (i * 1000) / 3)).toBe(0);
});

test('keys that many come with are forgotten, but for those that still wait', () => {
  const limit = new RateLimit({ perSecond: 1, burst: 1 });
  limit.take('busy', 50_000);
  for (let i = 0; i < 30_000; i++) limit.take(`k${i}`, i);
  expect(limit.take('busy', 50_000)).toBeGreaterThan(0);
});
