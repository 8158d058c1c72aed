import type { HeaderDrift } from '../../files/columns.ts';
import type { Feed, Feeds } from '../../files/feeds.ts';
import type { RecordBatch } from '../../load/csv-records.ts';
import { noRows, openFeedFile } from '../../load/feed-file.ts';
import { FileRejected, type RowReason } from '../../load/rejection.ts';
import type { Source } from '../../load/source.ts';
import { type Cleaned, DryDatabase, type FlagCount } from './dry-database.ts';

/** What loading and cleaning a file would come to. */
export interface DryRun {
  columns: number;
  drift: HeaderDrift;
  rows: number;
  /** Records that cannot be parsed, by reason, with the first row numbers. */
  rejected: { reason: RowReason; count: number; rows: number[] }[];
  flags: FlagCount[];
  withoutKey: number;
  /** The first rows: what the file's columns hold, and what canonical columns become. */
  first: { sent: Record<string, string | null>; clean: Cleaned['shown'][number] }[];
}

/** Rows cleaned at once: memory stays bounded, whatever the file's size. */
const ROWS_AT_ONCE = 10_000;
const EXAMPLES = 5;

/**
 * Reads a file as the loader does and cleans its rows with dbt's macros, without a database.
 * @param show how many of the first rows to give back
 * @throws FileRejected where the file would be refused
 */
export async function dryRun(
  source: Source,
  feed: Feed,
  feeds: Feeds,
  options: { period: string; show: number; dbtDir: string; maxWorkbookBytes: number },
): Promise<DryRun> {
  const { table, columns, drift } = await openFeedFile(source, feed, feeds, {
    headerOnly: false,
    maxWorkbookBytes: options.maxWorkbookBytes,
  });
  const run: DryRun = {
    columns: columns.length,
    drift,
    rows: 0,
    rejected: [],
    flags: [],
    withoutKey: 0,
    first: [],
  };
  let database: DryDatabase | undefined;
  try {
    database = await DryDatabase.open(feed, columns, options.period, options.dbtDir);
    for await (const { rows, rejected } of inPortions(table.records(), ROWS_AT_ONCE)) {
      for (const { reason, rowNumber } of rejected) {
        const known = run.rejected.find((each) => each.reason === reason);
        if (known) {
          known.count++;
          if (known.rows.length < EXAMPLES) known.rows.push(rowNumber);
        } else run.rejected.push({ reason, count: 1, rows: [rowNumber] });
      }
      const wanted = rows.slice(0, Math.max(0, options.show - run.first.length));
      const cleaned = await database.clean(rows, new Set(wanted.map(({ rowNumber }) => rowNumber)));
      run.rows += rows.length;
      run.withoutKey += cleaned.withoutKey;
      for (const flag of cleaned.flags) addFlag(run.flags, flag);
      wanted.forEach(({ fields }, i) => {
        const sent = Object.fromEntries(columns.map((name, at) => [name, fields[at] ?? null]));
        run.first.push({ sent, clean: cleaned.shown[i]! });
      });
    }
  } finally {
    await database?.close();
    await table.close();
  }
  if (run.rows === 0 && run.rejected.length === 0) throw noRows();
  if (run.rows === 0)
    throw new FileRejected(
      'all_rows_rejected',
      `No row of the file can be read: ${run.rejected[0]!.reason}.`,
    );
  return run;
}

function addFlag(flags: FlagCount[], flag: FlagCount): void {
  const known = flags.find(({ column, rule }) => column === flag.column && rule === flag.rule);
  if (!known) flags.push(flag);
  else {
    known.count += flag.count;
    known.rows = [...known.rows, ...flag.rows].slice(0, EXAMPLES);
  }
}

/** The same records in batches of about so many rows, in order. */
async function* inPortions(batches: AsyncIterable<RecordBatch>, rows: number): AsyncGenerator<RecordBatch> {
  let portion: RecordBatch = { rows: [], rejected: [] };
  for await (const batch of batches) {
    portion.rows.push(...batch.rows);
    portion.rejected.push(...batch.rejected);
    if (portion.rows.length < rows) continue;
    yield portion;
    portion = { rows: [], rejected: [] };
  }
  yield portion;
}
