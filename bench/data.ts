import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import pg from 'pg';
import type { Config } from '../src/platform/config.ts';
import { connectionSettings } from '../src/platform/database.ts';
import { CLIENTS, insertClaims, insertRegistrations, type Month } from './rows.ts';

export interface Size {
  /** Members of all clients together, and claim lines of all months. */
  members: number;
  lines: number;
}

export const MONTHS = 12;
const FILE_TYPES = ['patient_registration', 'claims'] as const;
const FIRST_YEAR = 2025;
const DELIVERY: Record<string, string> = { client_c: 'incremental' };

const INSERT_FILE = `
  insert into ingest.file (id, client, file_type, period, delivery, state, name, format, size_bytes, sha256, storage_key,
    columns, rows_loaded, rows_rejected, load_path, settled_at)
  values ($1, $2, $3, $4, $5, 'loaded', $6, 'csv', 0, $7, '', '{}', $8, 0, 'copy', clock_timestamp())`;

/** Writes months of made-up files, ledger and export both, as if they had been loaded. */
export async function addMonths(
  config: Config<'postgres'>,
  from: number,
  to: number,
  size: Size,
): Promise<void> {
  const files = Array.from({ length: to - from }, (_, index) => from + index).flatMap((month) =>
    CLIENTS.flatMap((client) => FILE_TYPES.map((type) => ({ month, client, type }))),
  );
  const work = async () => {
    const client = new pg.Client(connectionSettings(config));
    await client.connect();
    try {
      for (let file = files.shift(); file; file = files.shift()) await addFile(client, file, size);
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  // What autovacuum would have done by the time of a run.
  await statement(config, 'vacuum analyze');
}

async function addFile(
  db: pg.Client,
  { month, client, type }: { month: number; client: string; type: (typeof FILE_TYPES)[number] },
  size: Size,
): Promise<void> {
  const period = new Date(Date.UTC(FIRST_YEAR, month)).toISOString().slice(0, 7);
  const sha256 = createHash('sha256').update(`${client}/${type}/${period}`).digest('hex');
  const fileId = sha256.slice(0, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const of: Month = {
    client,
    fileId,
    month,
    firstDay: `${period}-01`,
    members: Math.ceil(size.members / CLIENTS.length),
    lines: Math.ceil(size.lines / CLIENTS.length / MONTHS),
  };
  // The same seed and the same statement: the same rows.
  await db.query(`select setseed(${Number.parseInt(sha256.slice(0, 6), 16) / 0xffffff})`);
  const { rowCount } = await db.query(type === 'claims' ? insertClaims(of) : insertRegistrations(of));
  const delivery = type === 'claims' ? 'incremental' : (DELIVERY[client] ?? 'snapshot');
  const name = `Patient-${type}-${client}-${period}.csv`;
  await db.query(INSERT_FILE, [fileId, client, type, period, delivery, name, sha256, rowCount]);
}

/** Runs one statement on a connection of its own. */
export async function statement<Row extends pg.QueryResultRow>(
  config: Config<'postgres'>,
  text: string,
): Promise<Row[]> {
  const client = new pg.Client(connectionSettings(config));
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
