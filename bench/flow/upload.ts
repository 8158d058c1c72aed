/**
 * A large upload: the API, which parses the form, hashes, writes, syncs and renames, beside a plain HTTP server that streams the
 * request into a file. Both are processes, take turns, and are sent the same by curl.
 *
 *     node bench/flow/upload.ts [--quick] [--json] [--megabytes N] [--rounds N]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startChild, untilReady } from '../../src/dev/child.ts';
import { HOME, PROJECT } from '../../src/dev/paths.ts';
import { anyPort } from '../../src/dev/ports.ts';
import { type DataFile, DataFiles } from '../load/files.ts';
import { median, peakOf } from '../load/measure.ts';
import { Stand, type StandOptions } from './stand.ts';

export interface UploadOptions {
  /** Size of the file, about. */
  megabytes: number;
  rounds: number;
}

export const USUAL: UploadOptions = { megabytes: 1000, rounds: 5 };
export const QUICK: UploadOptions = { megabytes: 50, rounds: 2 };

export interface UploadRun {
  case: 'upload';
  name: 'waymark' | 'plain http';
  command: string[];
  bytes: number;
  /** From curl's start to its end, with the answer. */
  seconds: number;
  mb_per_s: number;
  /** The most memory that the server has had so far, in MB. */
  rss_mb: number;
  /** Load of the machine when it began: what else it was busy with. */
  load: number;
}

export interface Upload {
  runs: UploadRun[];
  /** The plain server's time ÷ ours, by their medians. */
  upload_to_plain_http: number;
  /** The most memory that the API had, in MB. */
  peak_rss_mb: number;
}

const FOLDER = `${HOME}/bench-upload`;
const ROWS = 100_000;
const CLIENT = ['curl', '--silent', '--show-error', '--fail', '--output', '/dev/null', '--header', 'Expect:'];

/** Measures so many rounds, each server first in every other one. @throws where an upload is not taken */
export async function upload(
  { megabytes, rounds }: UploadOptions,
  { say = () => {}, ...at }: Partial<StandOptions> & { say?: (run: UploadRun) => void } = {},
): Promise<Upload> {
  const file = await fileOf(megabytes);
  const runs: UploadRun[] = [];
  const stand = await Stand.start({ folder: FOLDER, consumers: 0, ...at });
  const plain = await startPlain().catch(async (error) => {
    await stand.stop();
    throw error;
  });
  const ours = (round: number) => {
    // The same bytes for another month are another file.
    const month = String((round % 12) + 1).padStart(2, '0');
    const name = `Patient-claim-clientC-${2025 + Math.floor(round / 12)}${month}.csv`;
    const command = [`${stand.apiUrl}/files`, '--form', `file=@${file.path};filename=${name}`];
    const run = send('waymark', file, [...command, '--header', `Authorization: Bearer ${stand.token}`]);
    rmSync(`${FOLDER}/storage/files`, { recursive: true });
    mkdirSync(`${FOLDER}/storage/files`);
    return { ...run, rss_mb: stand.peaks().api! };
  };
  const theirs = () => {
    const run = send('plain http', file, [plain.url, '--form', `file=@${file.path}`]);
    rmSync(plain.path);
    return { ...run, rss_mb: peakOf(plain.pid) };
  };
  try {
    for (let round = 0; round < rounds; round++)
      for (const one of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
        const run = one(round);
        say(run);
        runs.push(run);
      }
    const of = (name: UploadRun['name']) => runs.filter((run) => run.name === name);
    const seconds = (name: UploadRun['name']) => median(of(name).map((run) => run.seconds));
    return {
      runs,
      upload_to_plain_http: Math.round((seconds('plain http') / seconds('waymark')) * 1000) / 1000,
      peak_rss_mb: Math.max(...of('waymark').map((run) => run.rss_mb)),
    };
  } finally {
    await plain.stop();
    await stand.stop();
  }
}

async function fileOf(megabytes: number): Promise<DataFile> {
  const files = new DataFiles(`${HOME}/bench/data`);
  const { bytes } = await files.csv(ROWS);
  return files.csv(ROWS, Math.max(1, Math.round((megabytes * 1e6) / bytes)));
}

async function startPlain() {
  const port = await anyPort();
  const path = `${FOLDER}/plain`;
  const url = `http://127.0.0.1:${port}/`;
  const child = await startChild({
    name: 'plain',
    command: [process.execPath, `${PROJECT}/bench/flow/plain-http.ts`, String(port), path],
    env: process.env,
    log: `${FOLDER}/plain.log`,
  });
  await untilReady(child, () => fetch(url), { signal: new AbortController().signal });
  return { url, path, pid: child.pid, stop: () => child.stop() };
}

/** What was written before is on the disk by then: nobody pays for it. */
function send(name: UploadRun['name'], { bytes }: DataFile, to: string[]): Omit<UploadRun, 'rss_mb'> {
  execFileSync('sync');
  const load = Math.round(loadavg()[0]! * 10) / 10;
  const [program, ...args] = [...CLIENT, ...to];
  const started = performance.now();
  execFileSync(program!, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const seconds = (performance.now() - started) / 1000;
  const command = [program!, ...args].map((word) => word.replace(/Bearer .*/, 'Bearer …'));
  const [rounded, pace] = [Math.round(seconds * 1000) / 1000, Math.round(bytes / 1e6 / seconds)];
  return { case: 'upload', name, command, bytes, seconds: rounded, mb_per_s: pace, load };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      megabytes: { type: 'string' },
      rounds: { type: 'string' },
      source: { type: 'string' },
    },
  });
  const usual = values.quick ? QUICK : USUAL;
  const options = {
    megabytes: Number(values.megabytes ?? usual.megabytes),
    rounds: Number(values.rounds ?? usual.rounds),
  };
  const say = ({ name, seconds, mb_per_s, rss_mb, load }: UploadRun) => {
    if (!values.json)
      console.log(`${name.padEnd(10)} ${seconds.toFixed(2)} s  ${mb_per_s} MB/s  ${rss_mb} MB  load ${load}`);
  };
  const result = await upload(options, { say, ...(values.source && { source: values.source }) });
  if (values.json) console.log(JSON.stringify(result));
  else
    console.log(`upload_to_plain_http ${result.upload_to_plain_http}, the API had ${result.peak_rss_mb} MB`);
}
