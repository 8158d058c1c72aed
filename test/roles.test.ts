import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { query } from '../src/dev/postgres.ts';
import { loginVariable } from '../src/platform/config.ts';
import { createPool, isDatabaseError } from '../src/platform/database.ts';
import { PARTS, type Part } from '../src/platform/roles.ts';
import { Pipeline } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

// The whole pipeline, every part of it with a login of its own; then what each of them may do, and what not.

const SAMPLES = fileURLToPath(new URL('../samples/set-1/', import.meta.url));
const FILES = ['Patient-membership-clientA-202307.xlsx', 'Patient-claim-clientA-202307.xlsx'];
const RUN_MS = 180_000;

const password = randomBytes(12).toString('hex');
const unique = randomBytes(4).toString('hex');
const loginOf = (part: Part) => `waymark_test_${unique}_${part}`;
const as = (part: Part) => ({ POSTGRES_USER: loginOf(part), POSTGRES_PASSWORD: password });

let pipeline: Pipeline;
const runs = async () =>
  (await pipeline.ask<{ items: { state: string; message: string | null }[] }>('GET', '/runs')).body.items;
const succeeded = (count: number) =>
  until(
    async () => {
      const all = await runs();
      const failed = all.find(({ state }) => state === 'failed');
      if (failed) throw new Error(`a run failed: ${failed.message}\n${pipeline.logs()}`);
      return all.filter(({ state }) => state === 'succeeded').length === count;
    },
    'the run to succeed',
    RUN_MS,
  );

beforeAll(async () => {
  const logins = PARTS.flatMap((part) => [
    [loginVariable(part, 'USER'), loginOf(part)],
    [loginVariable(part, 'PASSWORD'), password],
  ]);
  pipeline = await Pipeline.create(Object.fromEntries(logins));
  await pipeline.startApi(as('api'));
  await Promise.all([
    pipeline.startRole('consumer', as('consumer')),
    pipeline.startRole('consumer', as('consumer')),
    pipeline.startRole('docs', as('docs')),
  ]);
  for (const name of FILES)
    expect(await pipeline.load(readFileSync(SAMPLES + name), name)).toMatchObject({ state: 'loaded' });
  await pipeline.startRole('transform', as('transform'));
  await succeeded(1);
}, RUN_MS);
afterAll(async () => {
  await pipeline?.stop();
  await query(inject('postgres'), 'postgres', `drop role if exists ${PARTS.map(loginOf).join(', ')}`);
});

/** What comes of a statement: nothing of it stays. */
async function outcome(part: Part, statement: string): Promise<string> {
  const config = { ...databaseConfig(), ...as(part) };
  const people = part === 'reader' || part === 'auditor';
  const pool = createPool(config, 'test', () => {}, people ? {} : { as: part });
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(statement);
    return 'allowed';
  } catch (error) {
    return isDatabaseError(error) ? error.code! : String(error);
  } finally {
    await client.query('rollback');
    client.release();
    await pool.end();
  }
}

const databaseConfig = () => ({
  POSTGRES_HOST: pipeline.env.POSTGRES_HOST!,
  POSTGRES_PORT: Number(pipeline.env.POSTGRES_PORT),
  POSTGRES_DB: pipeline.env.POSTGRES_DB!,
  POSTGRES_ROLE_PREFIX: pipeline.env.POSTGRES_ROLE_PREFIX!,
});

const YES = 'allowed';
const NO = '42501';
const EVERY_SCHEMA = {
  ingest: 'ingest.file',
  export: 'export.claims_client_a',
  staging: 'staging.covered_file',
  intermediate: 'intermediate.int_claim_header',
  reference: 'reference.state',
  mart: 'mart.claim_line',
};
const EVERY_TABLE = Object.values(EVERY_SCHEMA);
const reads = (allowed: (keyof typeof EVERY_SCHEMA)[]): [string, string][] =>
  Object.entries(EVERY_SCHEMA).map(([schema, table]) => [
    `select * from ${table} limit 1`,
    (allowed as string[]).includes(schema) ? YES : NO,
  ]);
const changesNothing: [string, string][] = EVERY_TABLE.flatMap((table) => [
  [`insert into ${table} default values`, NO],
  [`delete from ${table}`, NO],
  [`alter table ${table} rename to another`, NO],
]);
const makesNothing: [string, string][] = [
  ['create schema another', NO],
  ['create table ingest.another ()', NO],
  ['create table mart.another ()', NO],
  ['create role another', NO],
  ['alter table ingest.file add column another text', NO],
  ['truncate ingest.audit', NO],
];

const may: Record<Part, [string, string][]> = {
  api: [
    ...reads(['ingest', 'export']),
    ...makesNothing,
    ['create table export.another ()', NO],
    ['delete from export.claims_client_a where false', YES],
    ['insert into export.claims_client_a select * from export.claims_client_a where false', NO],
    ['update export.claims_client_a set _row_number = 0 where false', NO],
    ['alter table export.claims_client_a add column another text', NO],
    ['delete from ingest.file', NO],
    ['delete from ingest.outbox where false', YES],
    ['delete from ingest.rejected_row where false', YES],
    ["insert into ingest.audit (actor, action) values ('test', 'test')", YES],
    ["update ingest.audit set actor = 'another'", NO],
    ['delete from ingest.audit', NO],
    ["insert into ingest.run (reason) values ('requested')", YES],
    ["update ingest.run set state = 'succeeded'", NO],
    ['select body from ingest.run_artifact', NO],
    ['drop table mart.member', NO],
  ],
  consumer: [
    ...reads(['ingest', 'export']),
    ...makesNothing,
    ['create table export.another ()', YES],
    ['alter table export.claims_client_a add column another text', YES],
    ["update ingest.file set state = 'loading' where false", YES],
    ['insert into ingest.file default values', NO],
    ['delete from ingest.file', NO],
    ['insert into ingest.rejected_row select id, 1, name, name, name from ingest.file where false', YES],
    ['select raw from ingest.rejected_row', NO],
    ['select * from ingest.outbox', NO],
    ['select * from ingest.run', NO],
    ['select * from ingest.audit', NO],
  ],
  transform: [
    ...reads(['ingest', 'export', 'staging', 'intermediate', 'reference', 'mart']),
    ['create schema another', YES],
    ['alter schema mart rename to mart_old', YES],
    ['drop table mart.member cascade', YES],
    ['create table export.another ()', NO],
    ['create table ingest.another ()', NO],
    ['insert into export.claims_client_a select * from export.claims_client_a where false', NO],
    ['delete from export.claims_client_a', NO],
    ['update ingest.file set run_id = null where false', YES],
    ["update ingest.file set state = 'deleted' where false", NO],
    ['select raw from ingest.rejected_row', YES],
    ['delete from ingest.run_artifact', NO],
    ['select * from ingest.outbox', NO],
    ['select * from ingest.audit', NO],
  ],
  docs: [
    ...reads([]),
    ...changesNothing,
    ...makesNothing,
    ['select body from ingest.run_artifact join ingest.run on id = run_id', YES],
    ['delete from ingest.run_artifact', NO],
  ],
  reader: [
    ...reads(['mart']),
    ...changesNothing,
    ...makesNothing,
    ['select raw from ingest.rejected_row', NO],
  ],
  auditor: [
    ...reads(['ingest', 'export', 'staging', 'intermediate', 'reference', 'mart']),
    ...changesNothing,
    ...makesNothing,
    ['select raw from ingest.rejected_row', YES],
    ['select * from ingest.audit', YES],
  ],
};

describe.each(PARTS)('%s', (part) => {
  test.each(may[part])('%s: %s', async (statement, expected) => {
    expect(await outcome(part, statement)).toBe(expected);
  });
});

test('what is made belongs to the groups, not to a login', async () => {
  const { rows } = await pipeline.db.query<{ owner: string }>(
    `select distinct pg_get_userbyid(relowner) as owner from pg_class
      where relnamespace in ('export'::regnamespace, 'mart'::regnamespace, 'staging'::regnamespace, 'intermediate'::regnamespace)
        and relkind in ('r', 'v') order by 1`,
  );
  const prefix = pipeline.env.POSTGRES_ROLE_PREFIX;
  expect(rows.map(({ owner }) => owner)).toEqual([`${prefix}_consumer`, `${prefix}_transform`]);
});

test('the docs are served to the login that reads nothing else', async () => {
  const docs = await pipeline.startRole('docs', as('docs'));
  expect(await (await fetch(docs.url)).text()).toContain('dbt');
});

test(
  'a reader reads the marts without a gap while a run publishes, and rows of a deleted file leave `export`',
  async () => {
    const { items } = (await pipeline.ask<{ items: { id: string }[] }>('GET', '/files')).body;
    const reader = new pg.Pool({
      host: pipeline.env.POSTGRES_HOST,
      port: Number(pipeline.env.POSTGRES_PORT),
      database: pipeline.env.POSTGRES_DB,
      user: loginOf('reader'),
      password,
    });
    let looks = 0;
    let refused: unknown;
    const over = new AbortController();
    const looking = (async () => {
      for (; !over.signal.aborted; looks++)
        await reader.query('select count(*) from mart.member').catch((error: unknown) => {
          refused ??= error;
        });
    })();
    for (const { id } of items) await pipeline.ask('DELETE', `/files/${id}`);
    await succeeded(2);
    over.abort();
    await looking;
    await reader.end();
    expect(refused).toBeUndefined();
    expect(looks).toBeGreaterThan(10);
    await until(async () => {
      const { rows } = await pipeline.db.query('select from export.claims_client_a limit 1');
      return rows.length === 0;
    }, 'the rows to be taken out');
  },
  RUN_MS,
);
