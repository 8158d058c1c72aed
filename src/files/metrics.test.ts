import { randomBytes, randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { claimed } from '../../test/setup/claimed.ts';
import { useDatabase } from '../../test/setup/use-database.ts';
import { createPool } from '../platform/database.ts';
import { acceptFile, deleteFile, type FileRow, retryFile } from './ledger.ts';
import { countLedger, countWaiting } from './metrics.ts';
import type { FileType } from './names.ts';
import { settleLoaded, settleWrong } from './settle.ts';
import { readSpans, readTallies } from './totals.ts';

const FEEDS: { client: string; file_type: FileType }[] = [
  { client: 'client_a', file_type: 'claims' },
  { client: 'client_b', file_type: 'claims' },
];

const database = useDatabase();

/** The figures as a new API replica tells them. */
async function told(): Promise<(series: string) => number | undefined> {
  const registry = new Registry();
  countLedger(registry, database.pool, FEEDS);
  countWaiting(registry, database.pool);
  return read(await registry.metrics());
}

function read(text: string): (series: string) => number | undefined {
  const lines = new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
  return (series) => lines.get(series);
}

async function accepted(client = 'client_a', bytes = 100): Promise<FileRow> {
  const id = randomUUID();
  const { file } = await acceptFile(database.pool, {
    id,
    client,
    file_type: 'claims',
    period: '2023-07',
    delivery: 'incremental',
    name: 'a.csv',
    format: 'csv',
    size_bytes: bytes,
    sha256: randomBytes(32).toString('hex'),
    storage_key: id,
    columns: ['a'],
    drift: { added: [], missing: [] },
  });
  return file;
}

async function loaded(rows: number, rejected = 0): Promise<FileRow> {
  const file = await claimed(database.pool, (await accepted()).id);
  const drift = { added: [], missing: [] };
  await settleLoaded(database.pool, file, {
    rows,
    rejected,
    path: 'copy',
    columns: ['a'],
    drift,
    null_shares: null,
  });
  return file;
}

const of = (metric: string, more = '') => `${metric}{client="client_a",file_type="claims"${more}}`;

test('a feed without a file stands at 0, so that its first file shows as an increase', async () => {
  const figure = await told();
  expect(figure('waymark_ledger_files_accepted_total{client="client_b",file_type="claims"}')).toBe(0);
  expect(
    figure('waymark_ledger_files_loaded_total{client="client_b",file_type="claims",load_path="copy"}'),
  ).toBe(0);
  expect(
    figure('waymark_ledger_load_duration_seconds_bucket{client="client_b",file_type="claims",le="+Inf"}'),
  ).toBe(0);
  expect(figure('waymark_files{state="loaded"}')).toBe(0);
  expect(figure('waymark_oldest_waiting_file_age_seconds')).toBe(0);
});

test('what was loaded stays counted when the file is deleted', async () => {
  const file = await loaded(10, 2);
  const before = await told();
  expect(before(of('waymark_ledger_rows_loaded_total'))).toBe(10);
  expect(before(of('waymark_ledger_rows_rejected_total'))).toBe(2);
  expect(before(of('waymark_ledger_bytes_loaded_total'))).toBe(100);
  expect(before(of('waymark_ledger_files_loaded_total', ',load_path="copy"'))).toBe(1);
  expect(before(of('waymark_ledger_upload_to_load_duration_seconds_count'))).toBe(1);
  expect(before('waymark_files{state="loaded"}')).toBe(1);

  await database.pool.query(
    `update ingest.file set received_at = received_at - interval '8 minutes' where id = $1`,
    [file.id],
  );
  await deleteFile(database.pool, file.id);
  const after = await told();
  expect(after(of('waymark_ledger_rows_loaded_total'))).toBe(10);
  expect(after(of('waymark_ledger_files_loaded_total', ',load_path="copy"'))).toBe(1);
  expect(after(of('waymark_ledger_load_duration_seconds_bucket', ',le="0.025"'))).toBe(1);
  expect(after(of('waymark_ledger_upload_to_load_duration_seconds_bucket', ',le="300"'))).toBe(0);
  expect(after(of('waymark_ledger_upload_to_load_duration_seconds_bucket', ',le="900"'))).toBe(1);
  expect(after('waymark_files{state="deleted"}')).toBe(1);
});

test('a retry takes nothing back', async () => {
  const file = await claimed(database.pool, (await accepted()).id);
  await settleWrong(database.pool, file.id, 'rejected', {
    reason: 'all_rows_rejected',
    message: '',
    rejected: 5,
  });
  const before = await told();
  await retryFile(database.pool, file.id);
  const after = await told();
  for (const metric of ['files_accepted', 'rows_loaded', 'rows_rejected', 'bytes_loaded'])
    expect(after(of(`waymark_ledger_${metric}_total`))).toBe(before(of(`waymark_ledger_${metric}_total`)));
  expect(after('waymark_outbox_unsent_messages')).toBe(before('waymark_outbox_unsent_messages')! + 1);
});

test('a file is timed until the run that brought it into the marts ended', async () => {
  const file = await loaded(1);
  const before = await told();
  expect(before(of('waymark_ledger_upload_to_mart_duration_seconds_count'))).toBe(0);
  await database.pool.query(
    `with run as (insert into ingest.run (state, reason, started_at, ended_at)
       values ('succeeded', 'drained', clock_timestamp(), clock_timestamp() + interval '90 seconds') returning id)
     update ingest.file set run_id = run.id from run where file.id = $1`,
    [file.id],
  );
  const after = await told();
  expect(after(of('waymark_ledger_upload_to_mart_duration_seconds_bucket', ',le="60"'))).toBe(0);
  expect(after(of('waymark_ledger_upload_to_mart_duration_seconds_bucket', ',le="120"'))).toBe(1);
  expect(after(of('waymark_ledger_upload_to_mart_duration_seconds_sum'))).toBeCloseTo(90, 0);
});

test('a client that no feed describes any more is told, too', async () => {
  await accepted('client_gone', 7);
  const figure = await told();
  expect(figure('waymark_ledger_bytes_accepted_total{client="client_gone",file_type="claims"}')).toBe(7);
});

test('20,000 files are counted in a moment', async () => {
  await database.pool.query(`
    insert into ingest.file (client, file_type, period, delivery, state, name, format, size_bytes, sha256, storage_key,
        columns, rows_loaded, rows_rejected, load_path, loading_at, settled_at)
    select 'client_' || n % 50, 'claims', '2023-07', 'incremental', 'loaded', 'a.csv', 'csv', n,
           md5(n::text) || md5(n::text), 'key', array_fill('a_column_name'::text, array[28]), n, 0, 'copy',
           clock_timestamp(), clock_timestamp()
      from generate_series(1, 20000) n`);
  await database.pool.query('analyze ingest.file');
  const started = performance.now();
  const [tallies, spans] = [await readTallies(database.pool), await readSpans(database.pool)];
  const milliseconds = performance.now() - started;
  expect(tallies.reduce((files, tally) => files + tally.files, 0)).toBeGreaterThanOrEqual(20_000);
  expect(spans.filter(({ span }) => span === 'load').length).toBeGreaterThanOrEqual(50);
  // About 70 on two busy cores; a query for each file would take minutes.
  expect(milliseconds).toBeLessThan(2000);
});

test('while the database does not answer, the other metrics are told all the same', async () => {
  const lost = createPool({ ...database.config, POSTGRES_DB: 'no_such_database' }, 'test', () => {});
  const registry = new Registry();
  countLedger(registry, lost, FEEDS);
  countWaiting(registry, lost);
  const figure = read(await registry.metrics());
  expect(figure('waymark_files{state="loaded"}')).toBeUndefined();
  expect(figure('waymark_outbox_unsent_messages')).toBeUndefined();
  await lost.end();
});
