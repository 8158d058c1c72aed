import { expect, test } from 'vitest';
import { selfTimes } from './self-times.ts';

test('a file has the time from each sample of its functions to the next, wherever they were called', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url });
  const { seconds, times } = selfTimes(
    {
      nodes: [
        { id: 1, callFrame: frame('(idle)') },
        { id: 2, callFrame: frame('push', 'file:///clone/src/load/csv-frames.ts') },
        { id: 3, callFrame: frame('#frame', 'file:///clone/src/load/csv-frames.ts') },
        { id: 4, callFrame: frame('update', 'node:internal/crypto/hash') },
        { id: 5, callFrame: frame('read') },
        { id: 6, callFrame: frame('query', 'file:///clone/node_modules/pg/lib/client.js') },
      ],
      samples: [1, 2, 3, 2, 4, 5, 6, 1],
      timeDeltas: [50, 100, 150, 350, 100, 100, 100, 100],
      startTime: 0,
      endTime: 2_000_000,
    },
    '/clone',
  );
  expect(seconds).toBe(2);
  expect(times.map((time) => ({ ...time, share: Math.round(time.share * 100) / 100 }))).toEqual([
    { where: 'src/load/csv-frames.ts', share: 0.6, functions: ['#frame', 'push'] },
    { where: 'Node itself', share: 0.2, functions: ['update', 'read'] },
    { where: 'waiting for Postgres or the disk', share: 0.1, functions: [] },
    { where: 'pg', share: 0.1, functions: ['query'] },
  ]);
});
