import { statfs } from 'node:fs/promises';
import { HOME } from '../src/dev/paths.ts';
import { dataFiles, FOLDER, type Measured } from './everything.ts';
import { measureLedgers } from './flow.ts';
import { Cases, FULL, QUICK } from './load/cases.ts';
import { alternate, type Case, type Run } from './load/measure.ts';
import { Stand } from './load/stand.ts';
import { describeMachine } from './machine.ts';
import type { Options } from './options.ts';

/** Rows of a file, and how often it is loaded: a small one is over before one can see what it takes. */
const ROWS = [
  { rows: 10_000, rounds: 5 },
  { rows: 100_000, rounds: 5 },
  { rows: 1_000_000, rounds: 3 },
  { rows: 5_000_000, rounds: 2 },
  { rows: 20_000_000, rounds: 1 },
];
const QUICK_ROWS = ROWS.slice(0, 2).map(({ rows }) => ({ rows, rounds: 1 }));
/** Larger files are this one's rows several times over. */
const MADE_UP_ROWS = 1_000_000;
/** Processes side by side, which share so many files among them, each of another month. */
const CONSUMERS = [1, 2, 4];
const FILES = 8;
const ROWS_A_FILE = 250_000;
const QUICK_ROWS_A_FILE = 5_000;
/** Of its size: a file's own bytes, its rows in Postgres with what every row has on top, and the WAL of both. */
const DISK_FACTOR = 4;

/** Measures how time and memory grow with a file and with the ledger, and how time shrinks with consumers. */
export async function measureGrowth(options: Options, say: (run: Run) => void): Promise<Measured> {
  const { machine, runs } = await measureLoads(options, say);
  runs.push(...(await measureLedgers(options, say)));
  return { machine, runs };
}

async function measureLoads(options: Options, say: (run: Run) => void): Promise<Measured> {
  const stand = await Stand.start(FOLDER);
  try {
    const files = dataFiles();
    const cases = new Cases(stand, files, options.quick ? QUICK : FULL);
    const runs: Run[] = [];
    for (const { rows, rounds } of options.quick ? QUICK_ROWS : ROWS) {
      if (!(await hasRoom(rows))) continue;
      const file = await (rows > MADE_UP_ROWS
        ? files.csv(MADE_UP_ROWS, rows / MADE_UP_ROWS)
        : files.csv(rows));
      const one: Case = { name: 'growth_rows', ways: [cases.ours(file, String(rows))] };
      runs.push(...(await alternate(one, rounds, say)));
      if (rows > MADE_UP_ROWS) files.remove(file);
    }
    const file = await files.csv(options.quick ? QUICK_ROWS_A_FILE : ROWS_A_FILE);
    const side: Case = {
      name: 'growth_consumers',
      ways: CONSUMERS.map((consumers) => cases.consumers(file, consumers, FILES)),
    };
    runs.push(...(await alternate(side, Math.min(options.rounds, 2), say)));
    return { machine: describeMachine(await stand.version()), runs };
  } finally {
    await stand.stop();
  }
}

/** Bytes of a row of the bench's CSV, about. */
const ROW_BYTES = 180;

async function hasRoom(rows: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(HOME);
  const wanted = rows * ROW_BYTES * DISK_FACTOR;
  if (bavail * bsize > wanted) return true;
  console.error(`${rows} rows are left out: they want ${Math.round(wanted / 1e9)} GB of disk`);
  return false;
}
