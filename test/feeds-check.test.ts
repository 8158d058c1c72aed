import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dryRun } from '../src/feeds/check/dry-run.ts';
import { localFile } from '../src/feeds/local-file.ts';
import { type Feeds, readFeeds } from '../src/files/feeds.ts';
import { type NameParts, parseFileName } from '../src/files/names.ts';
import { Warehouse } from './setup/warehouse.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const SET = join(PROJECT, 'samples/set-1');
const RUN_MS = 200_000;

interface Flag {
  column: string;
  rule: string;
  count: number;
}

const FLAGS = `
  select flag ->> 'column' as column, flag ->> 'rule' as rule, count(*)::int as count
    from (select file_id, flags from intermediate.int_registration
          union all
          select file_id, flags from intermediate.int_claim_line_iteration) as row,
         jsonb_array_elements(row.flags) as flag
   where file_id = $1
   group by 1, 2`;

const sorted = (flags: Flag[]) => flags.map(({ column, rule, count }) => `${column} ${rule} ${count}`).sort();

describe('what feeds check says of a file, without a database', () => {
  let warehouse: Warehouse;
  let feeds: Feeds;
  let names: string[];
  const ids = new Map<string, string>();
  beforeAll(async () => {
    warehouse = await Warehouse.create();
    feeds = await readFeeds(join(PROJECT, 'feeds'));
    names = await readdir(SET);
    for (const name of names) ids.set(name, await warehouse.load(join(SET, name)));
    await warehouse.run();
  }, RUN_MS);
  afterAll(() => warehouse?.drop());

  test(
    'is what dbt on a server makes of it',
    async () => {
      for (const name of names) {
        const { client, file_type, period } = parseFileName(name) as NameParts;
        const run = await dryRun(await localFile(join(SET, name)), feeds.find(client, file_type)!, feeds, {
          period,
          show: 0,
          dbtDir: join(PROJECT, 'dbt'),
          maxWorkbookBytes: 1024 ** 3,
        });
        expect([name, sorted(run.flags)]).toEqual([
          name,
          sorted(await warehouse.rows<Flag>(FLAGS, [ids.get(name)])),
        ]);
        const [file] = await warehouse.rows<{ rows: number; rejected: number }>(
          'select rows_loaded::int as rows, rows_rejected::int as rejected from ingest.file where id = $1',
          [ids.get(name)],
        );
        expect({
          rows: run.rows,
          rejected: run.rejected.reduce((sum, { count }) => sum + count, 0),
        }).toEqual(file);
      }
    },
    RUN_MS,
  );
});
