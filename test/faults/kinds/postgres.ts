import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { RoleName } from '../stage.ts';
import type { Fault } from './kind.ts';

const LARGE = { rows: 6000, format: 'csv' } as const;
/** Long enough that the other side has something to say meanwhile. */
const STALL_MS = 2000;
const SLOW_MS = 20;

const cutAtCommit = (role: RoleName, how: 'before' | 'after'): Fault => ({
  name: `the connection of ${role === 'api' ? 'an API' : 'a consumer'} is cut during COMMIT, ${how} Postgres has done it`,
  async inject(stage) {
    const cut = stage.wire(role).cutAtCommit(how);
    await stage.send({ rows: 40 });
    // Where the upload itself has not met it, the load does.
    await cut;
  },
});

const stalled = (role: RoleName): Fault => ({
  name: `nothing comes through between Postgres and the ${role}s for ${STALL_MS / 1000} s`,
  async inject(stage) {
    stage.wire(role).stall();
    const sent = stage.send({ rows: 40 });
    await delay(STALL_MS);
    stage.wire(role).resume();
    await sent;
  },
});

const endedAt = (point: 'load.copying' | 'load.settled', when: string): Fault => ({
  name: `the Postgres backend of a load is ended ${when}`,
  async inject(stage) {
    const consumer = await stage.standing('consumer', point, () => stage.send(LARGE));
    assert((await stage.postgres.endBackends('consumer', 'loading')) > 0, 'a backend was loading');
    consumer.go(point);
  },
});

export const postgresFaults: Fault[] = [
  endedAt('load.copying', 'in mid COPY'),
  endedAt('load.settled', 'before COMMIT'),
  {
    name: 'Postgres stops at once in mid COPY, and comes back',
    async inject(stage) {
      const consumer = await stage.standing('consumer', 'load.copying', () => stage.send(LARGE));
      await stage.postgres.stopAtOnce();
      consumer.go('load.copying');
      await stage.startPostgres();
    },
  },
  {
    name: 'Postgres stops at once before COMMIT, and files are sent while it is away',
    async inject(stage) {
      const consumer = await stage.standing('consumer', 'load.settled', () => stage.send({ rows: 40 }));
      await stage.postgres.stopAtOnce();
      consumer.go('load.settled');
      const made = stage.make({ rows: 20 });
      const answer = await stage.sender.try(made).catch(() => undefined);
      assert(
        answer === undefined || answer.status === 503,
        `without a ledger nothing is accepted: ${answer?.status}`,
      );
      await stage.startPostgres();
      await stage.sender.send(made);
    },
  },
  cutAtCommit('consumer', 'before'),
  cutAtCommit('consumer', 'after'),
  cutAtCommit('api', 'before'),
  cutAtCommit('api', 'after'),
  stalled('consumer'),
  stalled('api'),
  {
    name: `every piece between Postgres and the consumers takes ${SLOW_MS} ms`,
    async inject(stage) {
      stage.wire('consumer').delay(SLOW_MS);
      const { id } = await stage.send({ rows: 400 });
      await stage.settledFile(id);
      stage.wire('consumer').delay(0);
    },
  },
];

/** Stands for whatever COPY may take wrongly: it says fewer rows than were sent. */
export const takesFewerRows: Fault = {
  name: 'Postgres takes a row fewer than it was sent',
  async inject(stage) {
    const made = stage.make({ rows: 40, format: 'csv' });
    const first = await stage.sender.send(made);
    await stage.settledFile(first.id);
    const { table } = first.expected;
    await stage.postgres.query(`
      create function export.swallow() returns trigger language plpgsql as
        $$ begin if new._row_number = 7 then return null; end if; return new; end $$;
      create trigger swallow before insert on export."${table}" for each row execute function export.swallow()`);
    let again = stage.make({ rows: 40, format: 'csv' });
    while (again.expected.table !== table) again = stage.make({ rows: 40, format: 'csv' });
    const { id } = await stage.sender.send(again);
    await stage.settledFile(id);
    await stage.postgres.query('drop function export.swallow() cascade');
  },
};
