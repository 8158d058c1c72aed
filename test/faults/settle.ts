import { DEAD_LETTERS, QUEUE } from '../../src/queue/topology.ts';
import { until } from '../setup/until.ts';
import { untilDone } from './servers.ts';
import { GRACE_SECONDS, type Stage } from './stage.ts';
import type { Stored } from './store.ts';
import type { Evidence } from './verify.ts';

const SETTLE_MS = 90_000;
const COVER_MS = 300_000;
const OPEN = `select (select count(*) from ingest.file where state in ('received', 'loading'))::int
                   + (select count(*) from ingest.outbox)::int as count`;
const UNCOVERED = `select count(*)::int as count from ingest.file where state = 'loaded' and run_id is null`;
const ACTIVE = `select count(*)::int as count from ingest.run where state in ('running', 'requested')`;
const UNPURGED = `select count(*)::int as count from ingest.file where state in ('superseded', 'deleted') and purged_at is null`;

/** Lets everything come to rest, and gathers what can be told of it. With `runs`, until the marts have it too. */
export async function comeToRest(
  stage: Stage,
  { runs, injected }: { runs: boolean; injected: number },
): Promise<Evidence> {
  const count = async (statement: string) =>
    (await stage.postgres.query<{ count: number }>(statement))[0]!.count;
  const faultsEnded = Date.now();
  // Not in time is for the verdict.
  await until(async () => (await count(OPEN)) === 0, 'every file to be settled', SETTLE_MS).catch(() => {});
  const settledAfterSeconds = (Date.now() - faultsEnded) / 1000;
  const failed = await stage.postgres.query<{ id: string; at: string }>(
    `select id, to_json(settled_at) #>> '{}' as at from ingest.file where state = 'failed'`,
  );
  await retry(stage, failed.filter(({ id }) => !stage.tampered.has(id)).map(({ id }) => id)); // biome-ignore format: one call
  await until(async () => (await count(OPEN)) === 0, 'files that were tried again', SETTLE_MS).catch(
    () => {},
  );

  if (runs) {
    await until(
      async () => {
        const [uncovered, active] = [await count(UNCOVERED), await count(ACTIVE)];
        if (uncovered > 0 && active === 0) await stage.sender.call('POST', '/runs');
        return uncovered + active === 0;
      },
      'every file to be in the marts',
      COVER_MS,
    ).catch(() => {});
  }
  await until(async () => (await count(UNPURGED)) === 0, 'superseded files to be taken out').catch(() => {});
  const storage = await untilOldEnough(stage);
  const queue = await untilDone(async () => {
    const depth = await stage.broker.depth(QUEUE);
    if (depth && depth.ready + depth.unacked > 0) throw new Error('not empty yet');
    return depth;
  }, 'the queue to be empty').catch(() => stage.broker.depth(QUEUE));
  const { settings } = stage.postgres;
  return {
    postgres: {
      host: settings.POSTGRES_HOST,
      port: Number(settings.POSTGRES_PORT),
      database: settings.POSTGRES_DB,
      user: settings.POSTGRES_USER,
      password: settings.POSTGRES_PASSWORD,
    },
    stored: storage,
    queues: {
      work: queue?.ready,
      unacked: queue?.unacked ?? 0,
      dead: await stage.broker.peek(DEAD_LETTERS),
    },
    history: stage.sender.history,
    tampered: [...stage.tampered],
    failed,
    wipedAt: stage.wipedAt.toISOString(),
    runs,
    injected,
    settledAfterSeconds,
    violations: [...stage.violations, ...stillStanding(stage)],
    unexpected: [...stage.roles.values()].flatMap(({ unexpected }) => unexpected ?? []),
    logs: stage.log,
    marker: stage.marker,
  };
}

/** A mistake of the suite: nobody told them to go on. */
function stillStanding(stage: Stage): string[] {
  return [...stage.roles.values()].flatMap(({ name, stands }) =>
    stands.map((point) => `${name} still stands at ${point}`),
  );
}

/** As an operator does, once what kept the files out is mended. */
async function retry(stage: Stage, ids: string[]): Promise<void> {
  for (const id of ids)
    await untilDone(async () => {
      const { status } = await stage.sender.call('POST', `/files/${id}/retry`);
      if (status !== 202 && status !== 409) throw new Error(`answered ${status}`);
    }, 'a failed file to be tried again');
}

/** What the storage holds once all that a crash left has had its time of grace. */
async function untilOldEnough(stage: Stage): Promise<Stored> {
  const known = async () =>
    new Set(
      (await stage.postgres.query<{ key: string }>('select storage_key as key from ingest.file')).map(
        ({ key }) => key,
      ),
    );
  let found = await stage.store.look();
  await until(
    async () => {
      found = await stage.store.look();
      const keys = await known();
      return found.unfinished === 0 && found.keys.every((key) => keys.has(key));
    },
    'bytes without a file to be forgotten',
    3 * GRACE_SECONDS * 1000,
  ).catch(() => {});
  return found;
}
