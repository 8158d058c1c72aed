import assert from 'node:assert/strict';
import type { FaultPoint } from '../../../src/platform/fault-points.ts';
import type { Wish } from '../files.ts';
import type { Fault } from './kind.ts';

/** More than one piece of bytes: something is left to copy in the middle of it. */
const LARGE = { rows: 6000, format: 'csv' } satisfies Wish;

const killedAt = (point: FaultPoint, when: string, wish: Wish): Fault => ({
  name: `a consumer is killed ${when}`,
  async inject(stage) {
    const consumer = await stage.standing('consumer', point, () => stage.send(wish));
    await consumer.kill();
    await consumer.start();
  },
});

const stoppedAt = (point: FaultPoint, when: string, wish: Wish): Fault => ({
  name: `a consumer is told to stop ${when}`,
  async inject(stage) {
    const consumer = await stage.standing('consumer', point, () => stage.send(wish));
    consumer.signal('SIGTERM');
    consumer.go(point);
    assert.equal(await consumer.ended(), 0, 'it finishes what it loads and ends in order');
    await consumer.start();
  },
});

/** How long the other consumer may take for it. */
const ALONE_MS = 30_000;

/** The broker alone must heal it: nobody is there to publish anything anew. */
export const killedWhileTheApiIsAway: Fault = {
  name: 'a consumer is killed after COPY, and no API is there to publish its file anew',
  alone: true,
  async inject(stage) {
    const consumer = await stage.standing('consumer', 'load.copied', () => stage.send({ rows: 400 }));
    // Whichever file it has in hand.
    const id = consumer.file!;
    const apis = stage.of('api');
    for (const api of apis) api.signal('SIGTERM');
    await Promise.all(apis.map((api) => api.ended()));
    await consumer.kill();
    try {
      const state = await stage.settledFile(id, ALONE_MS).catch(() => 'not settled');
      assert.equal(state, 'loaded', 'the other consumer loads the file');
    } finally {
      await Promise.all([consumer, ...apis].map((role) => role.start()));
    }
  },
};

export const killedAfterCopy = killedAt('load.copied', 'after COPY', { rows: 40, format: 'csv' });

export const consumerFaults: Fault[] = [
  killedAt('load.begun', 'before COPY', { rows: 40 }),
  killedAt('load.copying', 'in mid COPY', LARGE),
  killedAt('load.copying', 'in mid COPY of a workbook', { rows: 3000, format: 'xlsx' }),
  killedAt('load.copying', 'in mid COPY of a file with records that are no rows', { rows: 6000, odd: true }),
  killedAfterCopy,
  killedAt('load.settled', 'before COMMIT', { rows: 40 }),
  killedAt('load.committed', 'after COMMIT, before the ack', { rows: 40 }),
  stoppedAt('load.copying', 'in mid COPY', LARGE),
  stoppedAt('load.committed', 'after COMMIT, before the ack', { rows: 40 }),
  killedWhileTheApiIsAway,
];
