import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Warehouse } from './setup/warehouse.ts';

const SAMPLES = fileURLToPath(new URL('../samples', import.meta.url));
const FILES = [
  'set-1/Patient-membership-clientC-202307.csv',
  'set-1/Patient-claim-clientC-202307.csv',
  'set-1/Patient-claim-client_b-202307.csv',
  'set-2/Patient-claim-clientC-202308.csv',
];
const RUN_MS = 240_000;

let warehouse: Warehouse;
/** The tests that hold what came in against what came out, as dbt ran them. */
let tests: { name: string; sql: string }[];

beforeAll(async () => {
  warehouse = await Warehouse.create({ WAYMARK_AS_OF_DATE: '2023-12-31' });
  for (const file of FILES) await warehouse.load(join(SAMPLES, file));
  expect(await warehouse.run()).toMatchObject({ outcome: 'succeeded', failing: [] });
  const results = JSON.parse(await readFile(join(warehouse.target, 'build/run_results.json'), 'utf8'));
  tests = results.results
    .map((result: { unique_id: string; compiled_code: string }) => ({
      name: result.unique_id.split('.')[2]!,
      sql: (result.compiled_code ?? '').replaceAll('"mart_next"', '"mart"'),
    }))
    .filter((each: { name: string }) => each.name.startsWith('every_'));
}, RUN_MS);
afterAll(async () => {
  await warehouse?.drop();
});

/** Which of the tests fail when a statement has done its damage, which is then taken back. */
async function failingAfter(damage: string): Promise<string[]> {
  const client = await warehouse.db.connect();
  try {
    await client.query('begin');
    const { rowCount } = await client.query(damage);
    expect(rowCount, damage).toBeGreaterThan(0);
    const failing: string[] = [];
    for (const { name, sql } of tests) {
      const found = await client.query(`select from (${sql}) as failure`);
      if (found.rowCount! > 0) failing.push(name);
    }
    return failing.toSorted();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** A statement about one row of a table, always the same. */
const one = (table: string, where = 'true') =>
  `ctid = (select ctid from ${table} where ${where} order by file_id, row_number limit 1)`;
const CHARGED = 'charge_amount > 0';
const OF_C = `${CHARGED} and client = 'client_c'`;

const ROWS = 'every_export_row_is_kept_or_excluded';
const DOLLARS = 'every_dollar_is_kept_or_excluded';
const SUMS = 'every_line_is_in_a_claim_and_a_month';
const ITERATIONS = 'every_iteration_is_counted_once';

const damages: [string, string, string[]][] = [
  [
    'a claim line vanishes',
    `delete from mart.claim_line where ${one('mart.claim_line', CHARGED)}`,
    [DOLLARS, ROWS, SUMS],
  ],
  [
    'a claim line stands twice',
    `insert into mart.claim_line select * from mart.claim_line where ${one('mart.claim_line', CHARGED)}`,
    [DOLLARS, ROWS, SUMS],
  ],
  [
    'a charge is a cent more',
    `update mart.claim_line set charge_amount = charge_amount + 0.01 where ${one('mart.claim_line', CHARGED)}`,
    [DOLLARS, SUMS],
  ],
  [
    'a cent goes from one month to another',
    `update mart.claim_line set charge_amount = charge_amount + case period when '2023-07' then 0.01 else -0.01 end
      where ${one('mart.claim_line', `${OF_C} and period = '2023-07'`)}
         or ${one('mart.claim_line', `${OF_C} and period = '2023-08'`)}`,
    [DOLLARS],
  ],
  [
    'an excluded row is forgotten',
    `delete from mart.excluded_row where ${one('mart.excluded_row', CHARGED)}`,
    [DOLLARS, ROWS],
  ],
  [
    'the dollars of an excluded row are forgotten',
    `update mart.excluded_row set charge_amount = null where ${one('mart.excluded_row', CHARGED)}`,
    [DOLLARS],
  ],
  [
    'a member is not enrolled any more',
    `delete from mart.eligibility where ${one('mart.eligibility')}`,
    [ROWS],
  ],
  [
    'a row is of another client',
    `update mart.eligibility set client = 'client_a' where ${one('mart.eligibility')}`,
    [ROWS],
  ],
  [
    'the ledger counted a row more than export has',
    `update mart.file_audit set rows_loaded = rows_loaded + 1 where file_id = (select min(file_id::text)::uuid from mart.file_audit)`,
    ['every_loaded_row_is_in_export'],
  ],
  [
    'a row leaves export after it was read',
    `delete from export.claims_client_c where ctid = (select ctid from export.claims_client_c limit 1)`,
    ['every_loaded_row_is_in_export'],
  ],
  [
    'a rejected row is not listed',
    `delete from ingest.rejected_row where ${one('ingest.rejected_row')}`,
    ['every_rejected_row_is_kept'],
  ],
  [
    'a charge that nobody can read is not pointed out',
    `update intermediate.int_claim_line_iteration set flags = null
      where ${one('intermediate.int_claim_line_iteration', `flags @> '[{"rule": "invalid_amount", "column": "charge_amount"}]'`)}`,
    ['every_unreadable_charge_is_flagged'],
  ],
  [
    'an earlier iteration is forgotten',
    `delete from intermediate.int_claim_line_iteration
      where ${one('intermediate.int_claim_line_iteration', `${CHARGED} and exclusion_reason is null`)}`,
    [ITERATIONS],
  ],
  [
    'a charge of an iteration is another',
    `update intermediate.int_claim_line_iteration set charge_amount = charge_amount * 2
      where ${one('intermediate.int_claim_line_iteration', CHARGED)}`,
    [ITERATIONS],
  ],
  [
    'a claim counts without one of its lines',
    `update mart.claim set claim_line_count = claim_line_count - 1 where ${one('mart.claim', 'claim_line_count > 1')}`,
    [SUMS],
  ],
  [
    'an adjustment and its original stand both',
    `update mart.claim_line set (claim_id, file_id) = (
       select version.claim_id, version.file_id from intermediate.int_claim_version as version
         join mart.claim_line as adjusted
           on adjusted.client = version.client and adjusted.original_claim_id = version.claim_id
        where version.is_replaced and version.version = 1 and adjusted.record_type = 'adjustment' limit 1)
      where ${one('mart.claim_line', `client = 'client_c' and record_type = 'original'`)}`,
    ['every_claim_has_one_final_version'],
  ],
  [
    'a flag is of a row that is excluded',
    `update mart.flag set (file_id, row_number) = (select file_id, row_number from mart.excluded_row limit 1)
      where ${one('mart.flag')}`,
    ['every_flag_is_of_a_kept_row'],
  ],
];

describe('what came in and did not come out', () => {
  test('nothing, of a good run', async () => {
    expect(tests.length).toBeGreaterThanOrEqual(9);
    expect(await failingAfter('select 1')).toEqual([]);
  });

  test.each(damages)('is found: %s', async (_, damage, failing) => {
    expect(await failingAfter(damage)).toEqual(failing.toSorted());
  });

  test('every one of the tests has failed once', () => {
    const failed = new Set(damages.flatMap(([, , failing]) => failing));
    for (const { name } of tests) expect(failed, name).toContain(name);
  });

  test(
    'stops the run that would publish it: the marts are those of before',
    async () => {
      const figures = () =>
        warehouse.rows('select count(*)::int as lines, sum(charge_amount) as dollars from mart.claim_line');
      const before = await figures();
      const row = one('intermediate.int_claim_line_iteration', `${CHARGED} and exclusion_reason is null`);
      await warehouse.rows(`delete from intermediate.int_claim_line_iteration where ${row}`);
      const summary = await warehouse.run();
      expect(summary.outcome).toBe('failed');
      expect(summary.failing).toContain(ITERATIONS);
      expect(await figures()).toEqual(before);

      expect(await warehouse.run(['--full-refresh'])).toMatchObject({ outcome: 'succeeded', failing: [] });
      expect(await figures()).toEqual(before);
    },
    RUN_MS,
  );
});
