/**
 * Reads everything back and holds it against the history. A program of its own that knows nothing of the code which it
 * judges: SQL, HTTP and the files of the storage.
 *
 *     node test/faults/verify.ts < evidence.json      prints a line of JSON per check; ends with 1 if one fails
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import pg from 'pg';
import { digestOf } from './files.ts';

/** What the suite knows. */
export interface Evidence {
  postgres: { host: string; port: number; database: string; user: string; password: string };
  /** Keys of everything that the storage holds under its files, and the number of uploads that never ended. */
  stored: { keys: string[]; unfinished: number };
  /** Messages of the two queues, and those that consumers have in hand; undefined where there is no such queue. */
  queues: { work: number | undefined; unacked: number; dead: string[] | undefined };
  /** Every answer of 202 or 200. */
  history: {
    id: string;
    client: string;
    fileType: string;
    period: string;
    delivery: 'snapshot' | 'incremental';
    size: number;
    deleted: boolean;
    expected: { table: string; columns: string[]; rows: number; rejected: number[]; digest: string };
  }[];
  /** Files whose stored bytes we have changed. */
  tampered: string[];
  /** Files that had failed before they were asked for once more, and when. */
  failed: { id: string; at: string }[];
  /** The broker lost what it had before. */
  wipedAt: string;
  /** How many faults there were. */
  injected: number;
  /** Longest time from the last fault to the last settled file, in seconds. */
  settledAfterSeconds: number;
  /** Whether there were loops that run dbt. */
  runs: boolean;
  /** What did not hold while something was broken. */
  violations: string[];
  /** Processes that ended by themselves. */
  unexpected: string[];
  /** Where all processes wrote, and every answer of the API is. */
  logs: string;
  marker: string;
}

export interface Check {
  name: string;
  /** How much was looked at. */
  of: number;
  /** What is wrong: never a cell's value. */
  wrong: string[];
}

interface File {
  id: string;
  client: string;
  file_type: string;
  period: string;
  sequence: string;
  state: string;
  rows_loaded: string | null;
  rows_rejected: string | null;
  storage_key: string;
  run_id: string | null;
  size_bytes: string;
  purged: boolean;
}

const TERMINAL = ['loaded', 'rejected', 'failed', 'superseded', 'deleted'];
const WITHIN_SECONDS = 60;

const evidence = (await json(process.stdin)) as Evidence;
const db = new pg.Client(evidence.postgres);
await db.connect();
const { rows: files } = await db.query<File>(
  'select f.*, f.purged_at is not null as purged from ingest.file f order by sequence',
);
const fileOf = new Map(files.map((file) => [file.id, file]));
const tampered = new Set(evidence.tampered);
/** One upload may have been answered twice; the history has it twice. */
const sent = [...new Map(evidence.history.map((each) => [each.id, each])).values()];

const checks = [
  everyAnswerIsKept(),
  everyFileIsSettled(),
  statesAreAsTheyMustBe(),
  await rowsAreExact(),
  await nothingElseIsInExport(),
  await rejectedRowsAreExact(),
  storageAndLedgerAgree(),
  await nothingIsUnderWay(),
  deadLettersAreFailedFiles(),
  ...(evidence.runs ? [await everyFileIsCovered()] : []),
  await runsNeverOverlap(),
  promisesHeldMeanwhile(),
  everyProcessLived(),
  await nobodyWasTold(),
];
await db.end();
for (const check of checks) console.log(JSON.stringify(check));
if (checks.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;

function everyAnswerIsKept(): Check {
  const lost = sent
    .filter(({ id }) => !fileOf.has(id))
    .map(({ id }) => `${id} was answered and is not in the ledger`);
  return { name: 'every answered upload is in the ledger', of: sent.length, wrong: lost };
}

function everyFileIsSettled(): Check {
  const open = files
    .filter(({ state }) => !TERMINAL.includes(state))
    .map(({ id, state }) => `${id} is ${state}`);
  const late =
    evidence.settledAfterSeconds > WITHIN_SECONDS
      ? [`the last one took ${evidence.settledAfterSeconds} s`]
      : [];
  return {
    name: 'every file is settled within a minute of the last fault',
    of: files.length,
    wrong: [...open, ...late],
  };
}

/** Loaded; but superseded by a newer snapshot, deleted by us, and nothing of what was tampered with. */
function statesAreAsTheyMustBe(): Check {
  const newer = (one: File, other: File) =>
    one.client === other.client &&
    one.file_type === other.file_type &&
    one.period === other.period &&
    Number(other.sequence) > Number(one.sequence);
  const wrong = sent.flatMap(({ id, delivery, deleted }) => {
    const file = fileOf.get(id);
    if (!file) return [];
    const replaced =
      delivery === 'snapshot' &&
      files.some((other) => newer(file, other) && ['loaded', 'superseded', 'deleted'].includes(other.state));
    const right = deleted
      ? ['deleted']
      : tampered.has(id)
        ? // Changed before it was read, or after its rows were: then it is as good as any.
          [
            'failed',
            'rejected',
            ...(file.state === 'loaded' || file.state === 'superseded' ? [file.state] : []),
          ]
        : replaced
          ? ['superseded', 'loaded']
          : ['loaded'];
    return right.includes(file.state) ? [] : [`${id} is ${file.state} and must be ${right.join(' or ')}`];
  });
  const standing = Map.groupBy(
    files.filter(({ state, file_type, client }) => state === 'loaded' && isSnapshot(client, file_type)),
    ({ client, file_type, period }) => `${client} ${file_type} ${period}`,
  );
  for (const [feed, loaded] of standing)
    if (loaded.length > 1) wrong.push(`${loaded.length} snapshots of ${feed} stand`);
  return { name: 'every file is in the state that it must be in', of: sent.length, wrong };
}

function isSnapshot(client: string, fileType: string): boolean {
  return sent.some(
    (each) => each.client === client && each.fileType === fileType && each.delivery === 'snapshot',
  );
}

async function rowsAreExact(): Promise<Check> {
  const wrong: string[] = [];
  let of = 0;
  for (const { id, expected } of sent) {
    const file = fileOf.get(id);
    if (file?.state !== 'loaded') continue;
    const columns = ['_row_number::int', ...expected.columns.map((name) => pg.escapeIdentifier(name))];
    const { rows } = await db.query<unknown[]>({
      text: `select ${columns.join(', ')} from export.${pg.escapeIdentifier(expected.table)} where _file_id = $1 order by _row_number`,
      values: [id],
      rowMode: 'array',
    });
    of += rows.length;
    const numbers = new Set(rows.map(([number]) => number));
    if (rows.length !== expected.rows)
      wrong.push(`${id} has ${rows.length} rows and must have ${expected.rows}`);
    else if (numbers.size !== rows.length) wrong.push(`${id} has a row number twice`);
    else if (digestOf(rows) !== expected.digest) wrong.push(`${id} has other cells than were sent`);
    if (Number(file.rows_loaded) !== rows.length)
      wrong.push(`${id} has ${rows.length} rows, and the ledger says ${file.rows_loaded}`);
  }
  return { name: 'the rows of every loaded file are those that were sent', of, wrong };
}

async function nothingElseIsInExport(): Promise<Check> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'export'`,
  );
  const wrong: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await db.query<{ id: string; count: string }>(
      `select _file_id as id, count(*) as count from export.${pg.escapeIdentifier(name)}
        where _file_id not in (select id from ingest.file where state = 'loaded') group by 1`,
    );
    wrong.push(
      ...rows.map(
        ({ id, count }) => `${count} rows of ${id}, which is ${fileOf.get(id)?.state ?? 'no file'}`,
      ),
    );
  }
  return { name: 'export has no rows of files that are not loaded', of: tables.rows.length, wrong };
}

async function rejectedRowsAreExact(): Promise<Check> {
  const wrong: string[] = [];
  let of = 0;
  for (const { id, expected } of sent) {
    if (fileOf.get(id)?.state !== 'loaded') continue;
    const { rows } = await db.query<{ number: number }>(
      'select row_number::int as number from ingest.rejected_row where file_id = $1 order by 1',
      [id],
    );
    of += rows.length;
    if (JSON.stringify(rows.map(({ number }) => number)) !== JSON.stringify(expected.rejected))
      wrong.push(`${id} has other rejected rows than it must have`);
  }
  return { name: 'every record that is no row is kept as rejected', of, wrong };
}

function storageAndLedgerAgree(): Check {
  const keys = new Set(evidence.stored.keys);
  const wrong = files.flatMap(({ id, state, purged, storage_key }) => {
    const gone = state === 'deleted' && purged;
    if (gone === keys.has(storage_key))
      return [`${id} is ${state}, and its bytes are ${gone ? 'still there' : 'gone'}`];
    return [];
  });
  const known = new Set(files.map(({ storage_key }) => storage_key));
  wrong.push(...[...keys].filter((key) => !known.has(key)).map((key) => `${key} is stored and no file's`));
  return { name: 'every file has its bytes, and all bytes have a file', of: keys.size, wrong };
}

async function nothingIsUnderWay(): Promise<Check> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from ingest.outbox');
  const { work, unacked } = evidence.queues;
  const wrong = [
    ...(rows[0]!.count > 0 ? [`${rows[0]!.count} messages are in the outbox`] : []),
    ...(work !== 0 || unacked !== 0
      ? [`the queue has ${work} messages, ${unacked} of them with consumers`]
      : []),
    ...(evidence.stored.unfinished > 0 ? [`${evidence.stored.unfinished} uploads never ended`] : []),
  ];
  return { name: 'queue, outbox and temporary files are empty', of: 3, wrong };
}

function deadLettersAreFailedFiles(): Check {
  const dead = new Set(
    evidence.queues.dead?.map((body) => (JSON.parse(body) as { file_id: string }).file_id),
  );
  const failed = new Map(evidence.failed.map(({ id, at }) => [id, at]));
  const wrong = [
    ...[...dead]
      .filter((id) => !failed.has(id))
      .map((id) => `${id} is among the dead letters and did not fail`),
    // What the broker had before it lost its data is gone with it.
    ...[...failed]
      .filter(([id, at]) => !dead.has(id) && at > evidence.wipedAt)
      .map(([id]) => `${id} failed and is no dead letter`),
  ];
  return { name: 'dead letters are the files that failed', of: failed.size, wrong };
}

async function everyFileIsCovered(): Promise<Check> {
  const { rows } = await db.query<{ id: string; covered: boolean }>(`
    select id, exists (
      select from ingest.run_file join ingest.run on run.id = run_id
       where file_id = file.id and run.state = 'succeeded') and run_id is not null as covered
      from ingest.file where state = 'loaded'`);
  const wrong = rows
    .filter(({ covered }) => !covered)
    .map(({ id }) => `${id} is loaded and in no run that succeeded`);
  return { name: 'every loaded file is covered by a run that succeeded', of: rows.length, wrong };
}

async function runsNeverOverlap(): Promise<Check> {
  const { rows: overlaps } = await db.query<{ one: string; other: string }>(`
    select one.id as one, other.id as other from ingest.run one join ingest.run other on one.sequence < other.sequence
     where tstzrange(one.started_at, coalesce(one.ended_at, 'infinity')) && tstzrange(other.started_at, coalesce(other.ended_at, 'infinity'))
       and one.started_at is not null and other.started_at is not null`);
  const { rows } = await db.query<{ count: number; open: number }>(
    `select count(*)::int as count, (count(*) filter (where state in ('running', 'requested')))::int as open from ingest.run`,
  );
  const wrong = overlaps.map(({ one, other }) => `${one} and ${other} ran side by side`);
  if (rows[0]!.open > 0) wrong.push(`${rows[0]!.open} runs never ended`);
  return { name: 'no run was ever beside another, and all have ended', of: rows[0]!.count, wrong };
}

function promisesHeldMeanwhile(): Check {
  return {
    name: 'what each fault promises while it lasts was seen',
    of: evidence.injected,
    wrong: evidence.violations,
  };
}

function everyProcessLived(): Check {
  return { name: 'no process ended but by our hand', of: 1, wrong: evidence.unexpected };
}

/** Planted values of cells: none may be in anything that was written or answered. */
async function nobodyWasTold(): Promise<Check> {
  const wrong: string[] = [];
  const names = await readdir(evidence.logs);
  for (const name of names) {
    const text = await readFile(join(evidence.logs, name), 'latin1');
    const found = text.split(evidence.marker).length - 1;
    if (found > 0) wrong.push(`${name} tells ${found} values of cells`);
  }
  return { name: 'no log and no answer tells a value of a cell', of: names.length, wrong };
}
