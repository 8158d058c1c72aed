import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Warehouse } from './setup/warehouse.ts';

const SAMPLES = fileURLToPath(new URL('../samples', import.meta.url));
const RUN_MS = 240_000;

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.create({ WAYMARK_AS_OF_DATE: '2023-12-31' });
});
afterAll(async () => {
  await warehouse?.drop();
});

/** @returns the ids of the set's files, by their names */
async function loadSet(set: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  // In the order in which the manifest's generator sends them: among files of one period it says which is newest.
  for (const name of (await readdir(join(SAMPLES, set))).sort())
    ids.set(name, await warehouse.load(join(SAMPLES, set, name)));
  return ids;
}

/** Every row of every mart, and of the tables that grow by file, as text, in an order of its own. */
async function everything(): Promise<Record<string, string[]>> {
  const tables = await warehouse.rows<{ name: string }>(
    `select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema = 'mart' or (table_schema = 'intermediate' and table_type = 'BASE TABLE')
      order by 1`,
  );
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    // row_hash tells copies within a file apart and means nothing else: it changes with the columns of the feed's table.
    const rows = await warehouse.rows<{ row: string }>(
      `select (to_jsonb(each) - 'row_hash')::text as row from ${name} as each order by 1`,
    );
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

/** A few of the rows that only one of the two has. */
function differing(one: string[], other: string[]): string[] {
  const [ones, others] = [new Set(one), new Set(other)];
  return [...one.filter((row) => !others.has(row)), ...other.filter((row) => !ones.has(row))].slice(0, 4);
}

async function runs(args: string[] = []): Promise<void> {
  expect(await warehouse.run(args)).toMatchObject({ outcome: 'succeeded', failing: [] });
}

/** Runs, and then anew from nothing: both must come to the same. */
async function expectRefreshToAgree(): Promise<void> {
  await runs();
  const grown = await everything();
  await runs(['--full-refresh']);
  const anew = await everything();
  expect(Object.keys(grown)).toEqual(Object.keys(anew));
  for (const [name, rows] of Object.entries(anew)) {
    expect(differing(grown[name]!, rows), name).toEqual([]);
    expect(grown[name]!.length, name).toBe(rows.length);
  }
}

/** What a reader of the marts sees in one statement. */
async function figures(): Promise<string> {
  const rows = await warehouse.rows('select count(*), sum(charge_amount), max(period) from mart.claim_line');
  return JSON.stringify(rows[0]);
}

/** Reads the marts all the time until it is told to stop, and gives what it saw. */
function read(): { stop(): Promise<Set<string>> } {
  let stopping = false;
  const seen = new Set<string>();
  const reading = (async () => {
    while (!stopping) seen.add(await figures());
  })();
  reading.catch(() => {});
  return {
    async stop() {
      stopping = true;
      await reading;
      return seen;
    },
  };
}

/** The transactions that wrote the rows of each file's registrations: what a run leaves alone keeps its own. */
async function written(): Promise<Map<string, string>> {
  const rows = await warehouse.rows<{ file_id: string; written: string }>(
    `select file_id, string_agg(distinct xmin::text, ',') as written from intermediate.int_registration group by file_id`,
  );
  return new Map(rows.map((row) => [row.file_id, row.written]));
}

describe('tables that grow by file', () => {
  let first: Map<string, string>;

  test(
    'hold after two sets what they hold when made anew, and nobody ever reads half a run',
    async () => {
      first = await loadSet('set-1');
      await runs();
      await loadSet('set-2');
      const before = await figures();
      const reader = read();
      await expectRefreshToAgree();
      const seen = await reader.stop();
      // The run published once, and the refresh the same once more.
      expect([...seen].toSorted()).toEqual([before, await figures()].toSorted());
    },
    RUN_MS,
  );

  test(
    'lose the rows of a file that is deleted, and what it put aside stands again',
    async () => {
      const before = await warehouse.rows(`select from mart.claim_line where period = '2023-07'`);
      await warehouse.remove(first.get('Patient-claim-client_b-202307.csv')!);
      const { rows } = await warehouse.db.query(
        `select id from ingest.file where client = 'client_c' and file_type = 'claims' and period = '2023-08'`,
      );
      await warehouse.remove(rows[0].id);
      await expectRefreshToAgree();
      const after = await warehouse.rows(`select from mart.claim_line where period = '2023-07'`);
      expect(after.length).not.toBe(before.length);
    },
    RUN_MS,
  );

  test(
    'read only what is not there, whatever became of the run before',
    async () => {
      const before = await written();
      // A file that a failed run has left half way: in one table, and not in the other.
      const [gone] = before.keys();
      await warehouse.rows('delete from intermediate.int_registration where file_id = $1', [gone]);
      // What a crash of the server does to an unlogged table.
      await warehouse.rows('truncate intermediate.int_claim_line_iteration');
      await runs();
      const after = await written();
      for (const [file, by] of before) {
        if (file === gone) expect(after.get(file)).not.toBe(by);
        else expect(after.get(file)).toBe(by);
      }
      await expectRefreshToAgree();
    },
    RUN_MS,
  );

  test(
    'are made anew when the rules have changed',
    async () => {
      const before = await written();
      await warehouse.rows(`comment on table intermediate.int_registration is 'rules of yesterday'`);
      await runs();
      for (const [file, by] of await written()) expect(before.get(file)).not.toBe(by);
    },
    RUN_MS,
  );
});
