import assert from 'node:assert/strict';
import { until } from '../../setup/until.ts';
import type { Fault } from './kind.ts';

export const diskFaults: Fault[] = [
  {
    name: 'the storage is away while a file is sent and another loaded',
    needs: (stage) => stage.store.goAway !== undefined,
    async inject(stage) {
      const made = stage.make({ rows: 400, format: 'csv' });
      const consumer = await stage.standing('consumer', 'load.begun', () =>
        stage.send({ rows: 4000, format: 'csv' }),
      );
      await stage.store.goAway!();
      consumer.go('load.begun');
      const answer = await stage.sender.try(made).catch(() => undefined);
      assert(
        answer === undefined || answer.status >= 500,
        `nothing is accepted without bytes: ${answer?.status}`,
      );
      await stage.store.comeBack!();
      await stage.sender.send(made);
    },
  },
  {
    name: 'the storage is full',
    needs: (stage) => stage.storageDisk.isSmall,
    async inject(stage) {
      const made = stage.make({ rows: 8000, format: 'csv' });
      stage.storageDisk.fill(64 * 1024);
      try {
        const { status, body } = await stage.sender.try(made);
        assert.equal(status, 507, `the client is told that there is no space: ${body.detail}`);
      } finally {
        stage.storageDisk.free();
      }
      await stage.sender.send(made);
    },
  },
  {
    name: "Postgres' disk is full",
    needs: (stage) => stage.postgresDisk.isSmall,
    async inject(stage) {
      const consumer = await stage.standing('consumer', 'load.begun', () =>
        stage.send({ rows: 12_000, format: 'csv' }),
      );
      stage.postgresDisk.fill(256 * 1024);
      try {
        consumer.go('load.begun');
        // What Postgres cannot write it refuses; without room for its log it ends.
        await until(async () => {
          if (!stage.postgres.running) return true;
          const rows = await stage.postgres
            .query<{ message: string | null }>(
              `select message from ingest.file where message is not null and state in ('received', 'loading', 'failed')`,
            )
            .catch(() => undefined);
          return rows === undefined || rows.length > 0;
        }, 'the full disk to be met');
      } finally {
        stage.postgresDisk.free();
      }
      if (await dead(stage.postgres)) await stage.startPostgres();
    },
  },
];

/** Whether the server does not come back by itself. */
async function dead(postgres: {
  running: boolean;
  query(text: string): Promise<unknown[]>;
}): Promise<boolean> {
  return until(async () => {
    if (!postgres.running) return { dead: true };
    const alive = await postgres.query('select 1').then(
      () => true,
      () => false,
    );
    return alive && { dead: false };
  }, 'Postgres to be back, or at its end').then((found) => found.dead);
}
