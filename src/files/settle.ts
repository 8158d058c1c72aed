import { type Pool, prepared, type Queryable, withConnection } from '../platform/database.ts';
import type { HeaderDrift } from './columns.ts';
import { compareNeighbours, lockFeed } from './compare.ts';
import type { NullShares } from './drift.ts';
import { FILE_COLUMNS, type FileRow, routingKey } from './ledger.ts';

/** Session lock that says who loads a file; gone with the connection, so a crash leaves none behind. */
const LOCK_KEY = `hashtextextended('waymark.file:' || $1::uuid, 0)`;

/** Makes this connection the only one that may load the file. */
export async function lockFile(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK_KEY}) as locked`, [
    id,
  ]);
  return rows[0]!.locked;
}

const UNLOCK = prepared(`select pg_advisory_unlock(${LOCK_KEY})`);

export async function unlockFile(db: Queryable, id: string): Promise<void> {
  await db.query(UNLOCK([id]));
}

// Where whoever held the lock settles the file between the statement's snapshot and the lock, the row has another version:
// Postgres holds that one against the condition (PostgreSQL manual, 13.2.1).
const CLAIM = prepared(`
  with lock as materialized (select pg_try_advisory_lock(${LOCK_KEY}) as locked),
  claimed as (
    update ingest.file set state = 'loading', attempts = attempts + 1, loading_at = clock_timestamp()
      from lock
     where locked and id = $1::uuid and state in ('received', 'loading')
    returning ${FILE_COLUMNS})
  select locked, claimed.* from lock left join claimed on true`);

/** `file` is undefined where the file is settled, or was never accepted. */
export type Claim = { locked: false } | { locked: true; file: FileRow | undefined };

/** Makes this connection the only one that may load the file, and begins an attempt to. Where it got the lock, it unlocks. */
export async function claimFile(db: Queryable, id: string): Promise<Claim> {
  const { rows } = await db.query<{ locked: boolean } & FileRow>(CLAIM([id]));
  const { locked, ...file } = rows[0]!;
  return locked ? { locked, file: file.id === null ? undefined : file } : { locked };
}

const SETTLE_LOADED = prepared(`
  update ingest.file
     set state = 'loaded', rows_loaded = $2, rows_rejected = $3, load_path = $4, columns = $5, drift = $6, null_shares = $7,
         reason = null, message = null, settled_at = clock_timestamp()
   where id = $1 and state = 'loading'`);
const SUPERSEDE_OLDER = prepared(`
  update ingest.file set state = 'superseded', superseded_by = $5
   where client = $1 and file_type = $2 and period = $3 and sequence < $4 and state = 'loaded'`);
const SUPERSEDE_BY_NEWER = prepared(`
  update ingest.file older set state = 'superseded', superseded_by = newer.id
    from (select id from ingest.file
           where client = $1 and file_type = $2 and period = $3 and sequence > $4 and state = 'loaded'
           order by sequence desc limit 1) newer
   where older.id = $5`);

/** The ledger's row is not in the state that the caller's transaction relies on: nothing may be committed. */
export class LedgerMoved extends Error {
  override name = 'LedgerMoved';
}

/**
 * Settles a file as loaded, within the transaction that brings its rows. Of a snapshot feed's files for one period only
 * the newest stays loaded, whichever of them is loaded first. It is compared with the file before it.
 */
export async function settleLoaded(
  db: Queryable,
  file: FileRow,
  result: {
    rows: number;
    rejected: number;
    path: FileRow['load_path'];
    columns: string[];
    drift: HeaderDrift;
    null_shares: NullShares | null;
  },
): Promise<void> {
  const { client, file_type, period, sequence, id } = file;
  await lockFeed(db, file);
  const { rows, rejected, path, columns, drift, null_shares } = result;
  const settled = await db.query(SETTLE_LOADED([id, rows, rejected, path, columns, drift, null_shares]));
  if (settled.rowCount !== 1) throw new LedgerMoved(`file ${id} is no longer being loaded`);
  if (file.delivery === 'snapshot') {
    await db.query(SUPERSEDE_OLDER([client, file_type, period, sequence, id]));
    await db.query(SUPERSEDE_BY_NEWER([client, file_type, period, sequence, id]));
  }
  await compareNeighbours(db, file);
}

const SETTLE_WRONG = `
  update ingest.file
     set state = $2, reason = $3, message = $4, rows_loaded = 0, rows_rejected = $5, settled_at = clock_timestamp()
   where id = $1 and state = 'loading'`;

/** Settles a file as rejected (it is wrong) or failed (we could not); `message` says why, without a cell's value. */
export async function settleWrong(
  db: Queryable,
  id: string,
  state: 'rejected' | 'failed',
  why: { reason: string; message: string; rejected?: number },
): Promise<void> {
  await db.query(SETTLE_WRONG, [id, state, why.reason, why.message, why.rejected ?? 0]);
}

const HAND_BACK = `update ingest.file set state = 'received', message = $2 where id = $1 and state = 'loading'`;

/** Gives a file back after an attempt that failed for a reason that may heal. */
export async function handBack(db: Queryable, id: string, message: string): Promise<void> {
  await db.query(HAND_BACK, [id, message]);
}

const FIND_STRANDED = `
  select f.id, f.client, f.file_type, f.state from ingest.file f
   where not exists (select from ingest.outbox o where o.file_id = f.id)
     and (f.state = 'loading'
       or (f.state = 'received' and greatest(f.received_at, f.loading_at) < clock_timestamp() - make_interval(secs => $1)))
   order by f.sequence limit 1000`;
const REPUBLISH = `
  with stranded as (
    update ingest.file set state = 'received' where id = $1 and state = $3 returning id)
  insert into ingest.outbox (file_id, routing_key) select id, $2 from stranded`;

/**
 * Puts right what a crash left: files in `loading` that nobody loads, and files whose message the broker has lost.
 * A message too many does no harm: whoever takes it finds the ledger.
 * @param patienceSeconds how long a received file may wait without a message in the outbox
 * @returns how many files were published anew
 */
export async function sweepStranded(pool: Pool, patienceSeconds: number): Promise<number> {
  return withConnection(pool, async ({ client }) => {
    let swept = 0;
    const { rows } = await client.query<FileRow>(FIND_STRANDED, [patienceSeconds]);
    for (const file of rows) {
      // Whoever loads the file holds its lock: with the lock in hand, nobody does.
      if (!(await lockFile(client, file.id))) continue;
      try {
        const { rowCount } = await client.query(REPUBLISH, [file.id, routingKey(file), file.state]);
        swept += rowCount ?? 0;
      } finally {
        await unlockFile(client, file.id);
      }
    }
    return swept;
  });
}
