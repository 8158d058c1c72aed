import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultPoint } from '../../../src/platform/fault-points.ts';
import type { Sent } from '../sender.ts';
import { untilDone } from '../servers.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './kind.ts';

const BIG = { rows: 4000, format: 'csv' } as const;
/** Longer than a run, and the pause between two purges. */
const PURGE_MS = 150_000;
const SLOW_BYTES = 6;
const BYTE_EVERY_MS = 1000;

/** The client of a killed API was told nothing: it sends again, and only then there is a file for sure. */
const killedAt = (point: FaultPoint, when: string): Fault => ({
  name: `an API is killed ${when}`,
  async inject(stage) {
    const made = stage.make({ rows: 40 });
    const api = await stage.standing('api', point, async () => {
      await stage.sender.try(made).catch(() => {});
    });
    await api.kill();
    await api.start();
    await stage.sender.send(made);
  },
});

const faults: Fault[] = [
  {
    name: 'an API is killed in the middle of an upload',
    async inject(stage) {
      const [api] = stage.of('api');
      const made = stage.make(BIG);
      const { answer } = stage.sender.begin(made, api!.url);
      await writing(api!.url);
      await api!.kill();
      await assert.rejects(answer, 'the client is not answered');
      await api!.start();
      await stage.sender.send(made);
    },
  },
  killedAt('upload.received', 'before the rename'),
  killedAt('upload.stored', 'after the rename, before the ledger'),
  killedAt('upload.accepted', "after the ledger's commit, before the answer"),
  {
    name: 'a client goes away in the middle of an upload',
    async inject(stage) {
      const { ask, answer } = stage.sender.begin(stage.make(BIG));
      await writing(stage.of('api')[0]!.url);
      ask.destroy();
      await assert.rejects(answer);
    },
  },
  {
    name: 'a client sends a byte a second',
    async inject(stage) {
      const made = stage.make({ rows: 20, format: 'csv' });
      const { ask, rest, answer } = stage.sender.begin(made);
      for (let sent = 0; sent < SLOW_BYTES; sent++) {
        ask.write(rest.subarray(sent, sent + 1));
        await delay(BYTE_EVERY_MS);
      }
      ask.end(rest.subarray(SLOW_BYTES));
      const { status, body } = await answer;
      assert(status === 202 || status === 200, `slow, and right: ${status}`);
      stage.sender.remember(made, body.id!);
    },
  },
  {
    name: 'the same bytes come in two uploads at once',
    async inject(stage) {
      const made = stage.make({ rows: 200 });
      const answers = await Promise.all(stage.of('api').map(({ url }) => stage.sender.try(made, url)));
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 202], 'one is new, one is held');
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1, 'they are one file');
      stage.sender.remember(made, answers[0]!.body.id!);
    },
  },
  {
    name: 'a file is deleted, and its API killed when the bytes are gone and the ledger does not know',
    // Nothing is taken out while a run is active.
    slow: true,
    async inject(stage) {
      let sent = await stage.send({ rows: 40 });
      // Another fault may have kept it out.
      while ((await stage.settledFile(sent.id)) !== 'loaded') sent = await stage.send({ rows: 40 });
      const api = await stage.standing('api', 'purge.removed', () => deleted(stage, sent), PURGE_MS);
      await api.kill();
      await api.start();
      await deleted(stage, sent);
    },
  },
];

export const apiFaults: Fault[] = faults.map((fault) => ({ ...fault, alone: true }));

async function deleted(stage: Stage, sent: Sent): Promise<void> {
  sent.deleted = true;
  await untilDone(async () => {
    const { status } = await stage.sender.call('DELETE', `/files/${sent.id}`);
    assert.equal(status, 200, 'a settled file can be deleted, and deleted again');
  }, 'the file to be deleted');
}

/** Waits until the API has answered something else since: by then it has taken what came before. */
async function writing(url: string): Promise<void> {
  await untilDone(async () => {
    const response = await fetch(`${url}/healthz`);
    await response.body?.cancel();
  }, 'the API to answer');
}
