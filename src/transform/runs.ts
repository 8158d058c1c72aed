import { isDatabaseError, type Pool, type Queryable, SqlState, transaction } from '../platform/database.ts';
import type { RunSummary } from './summary.ts';

export type { RunSummary };

export const RUN_STATES = ['requested', 'running', 'succeeded', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];
export type RunReason = 'drained' | 'max_delay' | 'requested';

export interface RunRow {
  id: string;
  sequence: number;
  state: RunState;
  reason: RunReason;
  requested_at: Date;
  started_at: Date | null;
  /** When its marts took the place of the earlier ones. */
  published_at: Date | null;
  ended_at: Date | null;
  summary: RunSummary | null;
  message: string | null;
}

/** Held while a run is started, and while rows are taken out of `export`: the two exclude each other. */
export const RUN_LOCK = `select pg_advisory_xact_lock(hashtextextended('waymark.run', 0))`;

const REQUEST = `
  insert into ingest.run (state, reason) values ('requested', 'requested')
  on conflict ((true)) where state = 'requested' do nothing
  returning *`;

/** Asks for a run now; where one is asked for already, that one. */
export async function requestRun(db: Queryable): Promise<RunRow> {
  for (;;) {
    const inserted = (await db.query<RunRow>(REQUEST)).rows[0];
    if (inserted) return inserted;
    const waiting = (await db.query<RunRow>(`select * from ingest.run where state = 'requested'`)).rows[0];
    if (waiting) return waiting;
    // It was started between the two statements: ask again.
  }
}

const REQUEST_ONCE = `
  insert into ingest.run (id, state, reason) values ($1, 'requested', 'requested') on conflict do nothing`;

/** Asks for a run under an id that stands for the wish: the same wish again, or one while another waits, adds nothing. */
export async function requestRunOnce(db: Queryable, id: string): Promise<void> {
  await db.query(REQUEST_ONCE, [id]);
}

/**
 * Waits for locks no longer than a purge usually takes, and lets the server end the transaction when its client is silently
 * gone: what it holds would keep every run from its start or end.
 */
const IN_TIME = `
  select set_config('lock_timeout', '10s', true), set_config('idle_in_transaction_session_timeout', '60s', true)`;

const START_REQUESTED = `
  update ingest.run set state = 'running', started_at = clock_timestamp() where state = 'requested' returning *`;
const START_NEW = `
  insert into ingest.run (state, reason, started_at) values ('running', $1, clock_timestamp()) returning *`;
const FREEZE = `insert into ingest.run_file (run_id, file_id) select $1, id from ingest.file where state = 'loaded'`;

/**
 * Starts a run and freezes the files that it covers; a run that was asked for is the one that starts.
 * @returns undefined where a run is active already, or rows are being taken out of `export`: it is for a later look
 */
export async function startRun(pool: Pool, reason: RunReason): Promise<RunRow | undefined> {
  try {
    return await transaction(pool, async (client) => {
      await client.query(IN_TIME);
      await client.query(RUN_LOCK);
      const requested = (await client.query<RunRow>(START_REQUESTED)).rows[0];
      const run = requested ?? (await client.query<RunRow>(START_NEW, [reason])).rows[0]!;
      await client.query(FREEZE, [run.id]);
      return run;
    });
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    const active = error.code === SqlState.uniqueViolation && error.constraint === 'run_one_running';
    if (active || error.code === SqlState.lockNotAvailable) return undefined;
    throw error;
  }
}

const FINISH = `
  update ingest.run
     set state = case when published_at is null then $2 else 'succeeded' end,
         summary = case when published_at is null or $2 = 'succeeded' then $3::jsonb end,
         message = case when published_at is null then $4 end,
         ended_at = clock_timestamp()
   where id = $1 and state = 'running'
  returning state`;
const MATERIALIZE = `
  update ingest.file set run_id = $1
   where id in (select f.id from ingest.run_file r join ingest.file f on f.id = r.file_id
                 where r.run_id = $1 and f.run_id is null order by f.sequence for update of f)`;

/**
 * Ends a run; success makes the files that it covered materialized. A run that has published its marts has succeeded,
 * whatever became of its process afterwards: `getRun` tells.
 * @returns whether it was active until now: somebody else may have ended it
 */
export async function finishRun(
  pool: Pool,
  id: string,
  result: { state: 'succeeded' | 'failed'; summary: RunSummary | null; message: string | null },
): Promise<boolean> {
  return transaction(pool, async (client) => {
    await client.query(IN_TIME);
    const { rows } = await client.query<RunRow>(FINISH, [id, result.state, result.summary, result.message]);
    if (rows[0]?.state === 'succeeded') await client.query(MATERIALIZE, [id]);
    return rows.length === 1;
  });
}

export async function getRun(db: Queryable, id: string): Promise<RunRow | undefined> {
  return (await db.query<RunRow>('select * from ingest.run where id = $1', [id])).rows[0];
}

export async function activeRun(db: Queryable): Promise<RunRow | undefined> {
  return (await db.query<RunRow>(`select * from ingest.run where state = 'running'`)).rows[0];
}

const LAST_ENDED = `
  select * from ingest.run where state in ('succeeded', 'failed') order by ended_at desc limit 1`;

/** The run that ended last. */
export async function lastEndedRun(db: Queryable): Promise<RunRow | undefined> {
  return (await db.query<RunRow>(LAST_ENDED)).rows[0];
}

/** When a run last succeeded. */
export async function lastSuccessAt(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select max(ended_at) as at from ingest.run where state = 'succeeded'`,
  );
  return rows[0]!.at ?? undefined;
}

const LIST_RUNS = `
  select * from ingest.run where $1::bigint is null or sequence < $1 order by sequence desc limit $2`;

/** Runs, the newest first; `before` is the sequence of the last one seen. */
export async function listRuns(
  db: Queryable,
  page: { before: number | null; limit: number },
): Promise<RunRow[]> {
  return (await db.query<RunRow>(LIST_RUNS, [page.before, page.limit])).rows;
}
