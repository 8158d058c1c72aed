import {
  isDatabaseError,
  type Pool,
  prepared,
  type Queryable,
  SqlState,
  transaction,
} from '../platform/database.ts';
import { type Actor, audit, INTO_AUDIT } from './audit.ts';
import { compareNeighbours, lockFeed } from './compare.ts';
import type { Drift, NullShares } from './drift.ts';
import type { FileType, Format } from './names.ts';

export const FILE_STATES = [
  'received',
  'loading',
  'loaded',
  'rejected',
  'failed',
  'superseded',
  'deleted',
] as const;
export type FileState = (typeof FILE_STATES)[number];

/** A row of the ledger. */
export interface FileRow {
  id: string;
  sequence: number;
  client: string;
  file_type: FileType;
  period: string;
  delivery: 'snapshot' | 'incremental';
  state: FileState;
  name: string;
  format: Format;
  size_bytes: number;
  sha256: string;
  storage_key: string;
  columns: string[];
  drift: Drift;
  /** Null until it is loaded. */
  null_shares: NullShares | null;
  attempts: number;
  rows_loaded: number | null;
  rows_rejected: number | null;
  load_path: 'copy' | 'records' | 'workbook' | null;
  reason: string | null;
  message: string | null;
  superseded_by: string | null;
  run_id: string | null;
  received_at: Date;
  loading_at: Date | null;
  settled_at: Date | null;
}

export type NewFile = Pick<
  FileRow,
  | 'id'
  | 'client'
  | 'file_type'
  | 'period'
  | 'delivery'
  | 'name'
  | 'format'
  | 'size_bytes'
  | 'sha256'
  | 'storage_key'
  | 'columns'
  | 'drift'
>;

/** The routing key under which a file's message is published. */
export const routingKey = (file: Pick<FileRow, 'client' | 'file_type'>): string =>
  `file.${file.client}.${file.file_type}`;

/** The columns of a FileRow, for statements that are prepared. */
export const FILE_COLUMNS = `
  id, sequence, client, file_type, period, delivery, state, name, format, size_bytes, sha256, storage_key, columns, drift,
  null_shares, attempts, rows_loaded, rows_rejected, load_path, reason, message, superseded_by, run_id, received_at,
  loading_at, settled_at`;

const FIND_HELD = `
  select ${FILE_COLUMNS} from ingest.file
   where client = $1 and file_type = $2 and period = $3 and sha256 = $4 and state in ('received', 'loading', 'loaded')`;

/** The file that holds the very bytes for that feed and period already. */
export async function findHeld(
  db: Queryable,
  file: Pick<NewFile, 'client' | 'file_type' | 'period' | 'sha256'>,
): Promise<FileRow | undefined> {
  const values = [file.client, file.file_type, file.period, file.sha256];
  return (await db.query<FileRow>(FIND_HELD, values)).rows[0];
}

const ACCEPT = prepared(`
  with accepted as (
    insert into ingest.file (id, client, file_type, period, delivery, name, format, size_bytes, sha256, storage_key, columns, drift)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    returning ${FILE_COLUMNS}),
  published as (insert into ingest.outbox (file_id, routing_key) select id, $13 from accepted),
  audited as (
    insert into ${INTO_AUDIT}
    select $14, 'upload_accepted', $15::inet, client, id, null, '{}' from accepted where $14::text is not null)
  select * from accepted`);
const INSERT_OUTBOX = 'insert into ingest.outbox (file_id, routing_key) values ($1, $2)';

/**
 * Accepts a file: its ledger row, its outbox row and, where it is known who sent it, the audit's in one transaction, which
 * is one statement.
 * @returns the new row, or the one that holds the same bytes already (also where another upload was a moment faster)
 */
export async function acceptFile(
  pool: Pool,
  file: NewFile,
  by?: Actor,
): Promise<{ file: FileRow; held: boolean }> {
  try {
    const accepted = await pool.query<FileRow>(
      ACCEPT([
        file.id,
        file.client,
        file.file_type,
        file.period,
        file.delivery,
        file.name,
        file.format,
        file.size_bytes,
        file.sha256,
        file.storage_key,
        file.columns,
        file.drift,
        routingKey(file),
        by?.id,
        by?.address,
      ]),
    );
    return { file: accepted.rows[0]!, held: false };
  } catch (error) {
    if (
      isDatabaseError(error) &&
      error.code === SqlState.uniqueViolation &&
      error.constraint === 'file_held'
    ) {
      const held = await findHeld(pool, file);
      if (held) return { file: held, held: true };
    }
    throw error;
  }
}

export async function getFile(db: Queryable, id: string): Promise<FileRow | undefined> {
  return (await db.query<FileRow>('select * from ingest.file where id = $1', [id])).rows[0];
}

export interface FileFilter {
  client?: string | undefined;
  file_type?: string | undefined;
  period?: string | undefined;
  state?: FileState | undefined;
  /** Whose files may be seen at all. */
  clients?: readonly string[] | undefined;
}

const LIST_FILES = `
  select * from ingest.file
   where ($1::text is null or client = $1) and ($2::text is null or file_type = $2)
     and ($3::text is null or period = $3) and ($4::text is null or state = $4)
     and ($5::text[] is null or client = any ($5))
     and ($6::bigint is null or sequence < $6)
   order by sequence desc limit $7`;

/** Files, the newest first; `before` is the sequence of the last one seen. */
export async function listFiles(
  db: Queryable,
  filter: FileFilter,
  page: { before: number | null; limit: number },
): Promise<FileRow[]> {
  const { client = null, file_type = null, period = null, state = null, clients = null } = filter;
  const values = [client, file_type, period, state, clients, page.before, page.limit];
  return (await db.query<FileRow>(LIST_FILES, values)).rows;
}

const RETRY_FILE = `
  update ingest.file
     set state = 'received', attempts = 0, reason = null, message = null, settled_at = null,
         rows_loaded = null, rows_rejected = null, load_path = null
   where id = $1 and state in ('failed', 'rejected')
  returning *`;

/** Puts a failed or rejected file back to the start; undefined where it is in another state. */
export async function retryFile(pool: Pool, id: string, by?: Actor): Promise<FileRow | undefined> {
  return transaction(pool, async (client) => {
    const file = (await client.query<FileRow>(RETRY_FILE, [id])).rows[0];
    if (!file) return undefined;
    await client.query('delete from ingest.rejected_row where file_id = $1', [id]);
    await client.query(INSERT_OUTBOX, [file.id, routingKey(file)]);
    if (by) await audit(client, by, 'retry', { file });
    return file;
  });
}

const DELETE_FILE = `
  update ingest.file set state = 'deleted', settled_at = clock_timestamp(), purged_at = null
   where id = $1 and state not in ('loading', 'deleted')
  returning *`;

/** Takes a file out; its rows leave `export` when no run is active. Undefined where it is being loaded or is gone. */
export async function deleteFile(pool: Pool, id: string, by?: Actor): Promise<FileRow | undefined> {
  return transaction(pool, async (client) => {
    const file = await getFile(client, id);
    if (!file) return undefined;
    await lockFeed(client, file);
    const deleted = (await client.query<FileRow>(DELETE_FILE, [id])).rows[0];
    if (deleted) await compareNeighbours(client, file);
    if (deleted && by) await audit(client, by, 'delete', { file });
    return deleted;
  });
}

export interface RejectedRow {
  row_number: number;
  reason: string;
  message: string;
  raw: string;
}

const LIST_REJECTED = `
  select row_number, reason, message, raw from ingest.rejected_row
   where file_id = $1 and row_number > $2 order by row_number limit $3`;

/** A file's rejected rows in their order, read page by page. */
export async function* rejectedRows(
  db: Queryable,
  fileId: string,
  pageSize = 1000,
): AsyncGenerator<RejectedRow> {
  let after = -1;
  for (;;) {
    const { rows } = await db.query<RejectedRow>(LIST_REJECTED, [fileId, after, pageSize]);
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.row_number;
  }
}
