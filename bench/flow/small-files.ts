/**
 * Many small files from the API to the tables: files a second from the first upload to the last file loaded, everything in
 * processes of its own.
 *
 *     node bench/flow/small-files.ts [--quick] [--json] [--files N] [--rows N] [--in-flight N] [--consumers N] [--ledger N] [--rounds N]
 */
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../../samples/random.ts';
import { HOME } from '../../src/dev/paths.ts';
import { median } from '../load/measure.ts';
import { claimLines, csvLine, HEADER } from '../load/rows.ts';
import { Stand, type StandOptions } from './stand.ts';

export interface SmallFilesOptions {
  files: number;
  /** Rows of each. */
  rows: number;
  /** Uploads that are under way at a time. */
  inFlight: number;
  consumers: number;
  /** Files of the same feed that the ledger has beforehand, loaded. */
  ledger: number;
  rounds: number;
}

export const USUAL: SmallFilesOptions = {
  files: 10_000,
  rows: 20,
  inFlight: 8,
  consumers: 2,
  ledger: 0,
  rounds: 1,
};
export const QUICK: SmallFilesOptions = { ...USUAL, files: 300 };

export interface SmallFilesRun extends Omit<SmallFilesOptions, 'rounds'> {
  case: 'small_files';
  command: string[];
  /** From the first upload to the last file loaded. */
  seconds: number;
  /** From the first upload to the last answer. */
  upload_seconds: number;
  files_per_s: number;
  /** The most memory of each role, in MB. */
  peak_rss_mb: Record<string, number>;
  /** Time of a CPU that each role had for a file, in milliseconds. */
  cpu_ms_per_file: Record<string, number>;
  /** Load of the machine when it began: what else it was busy with. */
  load: number;
}

export interface SmallFiles {
  runs: SmallFilesRun[];
  /** The median of the runs. */
  small_files_per_s: number;
}

/** Above what the fastest of machines sends: this is not about a token's rate. */
const RATE = { API_REQUESTS_PER_SECOND: '100000', API_BURST: '100000' };
const LOOK_EVERY_MS = 50;
const PERIODS = 12;

/** Measures so many rounds, each on servers of its own. @throws where a file is not loaded, or a row is missing */
export async function smallFiles(
  options: SmallFilesOptions,
  { say = () => {}, ...at }: Partial<StandOptions> & { say?: (run: SmallFilesRun) => void } = {},
): Promise<SmallFiles> {
  const runs: SmallFilesRun[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const run = await once(options, at);
    say(run);
    runs.push(run);
  }
  return { runs, small_files_per_s: median(runs.map(({ files_per_s }) => files_per_s)) };
}

async function once(
  { files, rows, inFlight, consumers, ledger }: SmallFilesOptions,
  at: Partial<StandOptions>,
): Promise<SmallFilesRun> {
  const bodies = manyCsv(files, rows);
  const load = Math.round(loadavg()[0]! * 10) / 10;
  const stand = await Stand.start({
    folder: `${HOME}/bench-flow`,
    consumers,
    ...at,
    env: { ...RATE, ...at.env },
  });
  try {
    if (ledger > 0) await fillLedger(stand, ledger);
    // A table, and the connections of every process, are there once a file was loaded.
    await sendAll(stand, manyCsv(2 * consumers, rows, 'warm'), 2);
    await settled(stand);
    const before = stand.cpu();
    const [{ now }] = (await stand.pool.query('select clock_timestamp() as now')).rows as [{ now: Date }];
    await sendAll(stand, bodies, inFlight);
    const sent = performance.now();
    await settled(stand);
    const waited = performance.now() - sent;
    const after = stand.cpu();
    const [found] = (await stand.pool.query(LOADED, [now])).rows as [Loaded];
    if (found.files !== files || found.rows !== files * rows)
      throw new Error(`of ${files} files ${found.files} were loaded, with ${found.rows} rows`);
    const seconds = found.seconds;
    return {
      case: 'small_files',
      command: [process.execPath, 'src/waymark.ts', 'api | consumer'],
      ...{ files, rows, inFlight, consumers, ledger },
      seconds: round(seconds),
      upload_seconds: round(Math.max(0, seconds - waited / 1000)),
      files_per_s: round(files / seconds, 1),
      peak_rss_mb: stand.peaks(),
      cpu_ms_per_file: Object.fromEntries(
        Object.entries(after).map(([role, cpu]) => [role, round(((cpu - before[role]!) / files) * 1000, 2)]),
      ),
      load,
    };
  } finally {
    await stand.stop();
  }
}

const round = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;

interface Loaded {
  files: number;
  rows: number;
  seconds: number;
}
const LOADED = `
  select count(*)::int as files, (select count(*)::int from export.claims_client_c where _loaded_at >= $1) as rows,
         extract(epoch from max(settled_at) - $1::timestamptz)::float8 as seconds
    from ingest.file where state = 'loaded' and received_at >= $1`;

/** Files of claims, every one with rows of its own. */
function manyCsv(files: number, rows: number, seed = 'small'): Buffer[] {
  const random = new Random(seed);
  const lines = claimLines(files * rows, seed);
  return Array.from({ length: files }, () => {
    let csv = `${HEADER.join(',')}\n`;
    for (let row = 0; row < rows; row++) csv += csvLine(lines.next().value!, random);
    return Buffer.from(csv);
  });
}

/** Sends them all, so many at a time, the months in turn. */
async function sendAll(stand: Stand, files: Buffer[], inFlight: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const url = new URL('/files', stand.apiUrl);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < files.length; i = next++) await send(files[i]!, i);
  };
  const send = async (file: Buffer, i: number) => {
    const month = String((i % PERIODS) + 1).padStart(2, '0');
    const body = Buffer.concat([
      Buffer.from(
        `--b\r\ncontent-disposition: form-data; name="file"; filename="Patient-claim-clientC-2025${month}.csv"\r\n` +
          'content-type: text/csv\r\n\r\n',
      ),
      file,
      Buffer.from('\r\n--b--\r\n'),
    ]);
    const headers = {
      authorization: `Bearer ${stand.token}`,
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': body.length,
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    request(url, { method: 'POST', agent, headers }, async (response) => {
      const answer = await text(response);
      if (response.statusCode === 202) resolve();
      else reject(new Error(`the API answers ${response.statusCode}: ${answer}`));
    })
      .once('error', reject)
      .end(body);
    await promise;
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, work));
  } finally {
    agent.destroy();
  }
}

/** Waits until no file is on its way. */
async function settled({ pool }: Stand): Promise<void> {
  const left = `select exists (select from ingest.file where state in ('received', 'loading')) as left`;
  while ((await pool.query(left)).rows[0].left) await delay(LOOK_EVERY_MS);
}

/** Loaded files of the feed, months in turn, as if they had come before. */
async function fillLedger({ pool }: Stand, files: number): Promise<void> {
  await pool.query(
    `insert into ingest.file (client, file_type, period, delivery, state, name, format, size_bytes, sha256, storage_key, columns,
                              rows_loaded, rows_rejected, load_path, settled_at)
     select 'client_c', 'claims', '2025-' || lpad((i % ${PERIODS} + 1)::text, 2, '0'), 'incremental', 'loaded', 'earlier.csv', 'csv', 0,
            encode(sha256(i::text::bytea), 'hex'), 'earlier/' || i, $2, 0, 0, 'copy', now() - interval '1 day'
       from generate_series(1, $1) i`,
    [files, HEADER],
  );
  await pool.query('vacuum analyze ingest.file');
}

if (import.meta.main) {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      ...{
        files: number,
        rows: number,
        'in-flight': number,
        consumers: number,
        ledger: number,
        rounds: number,
      },
      source: { type: 'string' },
    },
  });
  const usual = values.quick ? QUICK : USUAL;
  const of = (name: 'files' | 'rows' | 'consumers' | 'ledger' | 'rounds') =>
    Number(values[name] ?? usual[name]);
  const options: SmallFilesOptions = {
    ...{
      files: of('files'),
      rows: of('rows'),
      consumers: of('consumers'),
      ledger: of('ledger'),
      rounds: of('rounds'),
    },
    inFlight: Number(values['in-flight'] ?? usual.inFlight),
  };
  const say = ({ seconds, files_per_s, peak_rss_mb, cpu_ms_per_file, load }: SmallFilesRun) => {
    if (values.json) return;
    const each = (of: Record<string, number>) => Object.entries(of).map(([role, value]) => `${role} ${value}`).join(', '); // biome-ignore format: one call
    console.log(
      `${seconds.toFixed(1)} s  ${files_per_s} files/s  MB: ${each(peak_rss_mb)}  ms of a CPU a file: ${each(cpu_ms_per_file)}  load ${load}`,
    );
  };
  const result = await smallFiles(options, { say, ...(values.source && { source: values.source }) });
  if (values.json) console.log(JSON.stringify(result));
  else console.log(`${result.small_files_per_s} files a second on ${availableParallelism()} cores`);
}
