import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differingFigures } from '../src/dev/compare.ts';
import { type Ledger, openLedger } from '../src/dev/figures.ts';
import { type FileBody, Pipeline, type Process } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

const SAMPLES = new URL('../samples/', import.meta.url).pathname;
const manifest = JSON.parse(await readFile(join(SAMPLES, 'manifest.json'), 'utf8'));

/** A run of dbt takes longer than all else here. */
const RUN_MS = 150_000;

interface RunBody {
  id: string;
  state: string;
  reason: string;
  message: string | null;
  summary: { tests: { passed: number; failed: number }; failing: string[] } | null;
}

let pipeline: Pipeline;
let ledger: Ledger;
let loops: Process[];
const roles: Record<string, Process> = {};
beforeAll(async () => {
  pipeline = await Pipeline.create();
  Object.assign(pipeline.env, {
    WAYMARK_AS_OF_DATE: manifest.as_of_date,
    WAYMARK_DBT_TARGET: join(pipeline.storage, 'dbt-target'),
  });
  ledger = await openLedger(pipeline.env as never);
  roles.api = await pipeline.startApi();
  roles.consumer = await pipeline.startRole('consumer');
  roles.docs = await pipeline.startRole('docs');
  await pipeline.startRole('consumer');
  // Two of them, so that every run below shows as well that only one starts it.
  loops = [await pipeline.startRole('transform'), await pipeline.startRole('transform')];
}, RUN_MS);
afterAll(async () => {
  await ledger?.close();
  await pipeline?.stop();
});

const runs = async () => (await pipeline.ask<{ items: RunBody[] }>('GET', '/runs')).body.items;
const run = async (id: string) => (await pipeline.ask<RunBody>('GET', `/runs/${id}`)).body;
const ended = (id: string) =>
  until(
    async () => {
      const seen = await run(id);
      return (seen.state === 'succeeded' || seen.state === 'failed') && seen;
    },
    `run ${id} to end`,
    RUN_MS,
  );

async function send(set: { files: { path: string; answer: number }[] }): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const file of set.files) {
    const answer = await pipeline.send(await readFile(join(SAMPLES, file.path)), basename(file.path));
    expect([file.path, answer.status]).toEqual([file.path, file.answer]);
    ids.set(file.path, answer.body.id);
  }
  return ids;
}

async function materialized(ids: Iterable<string>): Promise<FileBody[]> {
  return Promise.all(
    Array.from(ids, (id) =>
      until(
        async () => {
          const { body } = await pipeline.ask('GET', `/files/${id}`);
          return (body.run_id !== null || body.state === 'superseded') && body;
        },
        `file ${id} to be materialized`,
        RUN_MS,
      ),
    ),
  );
}

async function memberValues(): Promise<Set<string>> {
  const columns = [
    'first_name',
    'middle_name',
    'last_name',
    'birth_date',
    'sex',
    'address',
    'city',
    'state',
    'zip_code',
    'phone',
    'email',
    'enrollment_end_date',
    'member_status',
  ];
  const { rows } = await pipeline.db.query(
    `select client, member_id, key, value from mart.member m, jsonb_each_text(to_jsonb(m)) where key = any($1)`,
    [columns],
  );
  return new Set(rows.map((row) => JSON.stringify([row.client, row.member_id, row.key, row.value])));
}

async function expectFigures(after: 'after_set_1' | 'after_set_2'): Promise<void> {
  const expected = manifest.expected[after];
  const actual = await ledger.figures();
  const { member_values, ...figures } = expected;
  for (const client of Object.keys(figures.by_client)) {
    const { rows } = await pipeline.db.query(
      'select member_status, count(*)::int as n from mart.member where client = $1 group by 1',
      [client],
    );
    const statuses = Object.fromEntries(rows.map((row) => [row.member_status, row.n]));
    expect({ active: 0, inactive: 0, unknown: 0, ...statuses }).toEqual(
      figures.by_client[client].member_status,
    );
  }
  const comparable = Object.fromEntries(
    Object.entries(figures.by_client as Record<string, Record<string, unknown>>).map(([client, all]) => [
      client,
      Object.fromEntries(Object.keys(actual.by_client[client] ?? {}).map((name) => [name, all[name]])),
    ]),
  );
  expect(differingFigures(actual, { ...figures, by_client: comparable })).toEqual([]);
  const values = await memberValues();
  for (const { client, member_id, column, value } of member_values)
    expect(values, `${client} ${column}`).toContain(JSON.stringify([client, member_id, column, value]));
}

describe('the sample sets', () => {
  const ids = new Map<string, string>();

  test(
    'set 1 comes out as its manifest says',
    async () => {
      for (const [path, id] of await send(manifest.sets[0])) ids.set(path, id);
      await materialized(ids.values());
      await expectFigures('after_set_1');
    },
    RUN_MS,
  );

  test(
    'set 2, with its updates, corrections and reversals, too',
    async () => {
      for (const [path, id] of await send(manifest.sets[1])) ids.set(path, id);
      await materialized(ids.values());
      await expectFigures('after_set_2');
    },
    RUN_MS,
  );

  test('every mart and every column of one says what it is', async () => {
    const { rows } = await pipeline.db.query(
      `select relname, attname from pg_class join pg_attribute on attrelid = pg_class.oid
        where relnamespace = 'mart'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
          and (obj_description(attrelid, 'pg_class') is null or col_description(attrelid, attnum) is null)`,
    );
    expect(rows).toEqual([]);
  });

  test('every file ended as planned, row by row', async () => {
    const rejected = await ledger.rejected([...ids.values()]);
    for (const set of manifest.sets)
      for (const file of set.files) {
        const { body } = await pipeline.ask('GET', `/files/${ids.get(file.path)}`);
        const { state, rows_loaded, rows_rejected } = body;
        expect({
          path: file.path,
          state,
          rows_loaded,
          rows_rejected,
          rejected: rejected.get(body.id) ?? {},
        }).toEqual({
          path: file.path,
          state: file.final_state,
          rows_loaded: file.rows_loaded,
          rows_rejected: file.rows_rejected,
          rejected: file.rejected,
        });
      }
  });

  test('sent again, every one is held already and no run is due', async () => {
    const before = await runs();
    for (const set of manifest.sets)
      for (const file of set.files) {
        if (file.final_state !== 'loaded') continue;
        const answer = await pipeline.send(await readFile(join(SAMPLES, file.path)), basename(file.path));
        expect([file.path, answer.status]).toEqual([file.path, 200]);
      }
    expect(await runs()).toEqual(before);
  });

  test('rows of superseded files leave export once no run is active', async () => {
    const { rows } = await pipeline.db.query(`select id from ingest.file where state = 'superseded'`);
    expect(rows.length).toBeGreaterThan(0);
    await until(async () => {
      const left = await pipeline.db.query(
        `select from ingest.file where state = 'superseded' and purged_at is null`,
      );
      return left.rowCount === 0;
    }, 'the purge');
    const left = await pipeline.db.query(
      'select from export.patient_registration_client_b where _file_id = any($1)',
      [rows.map((row) => row.id)],
    );
    expect(left.rowCount).toBe(0);
  });
});

test('a superseded file that is deleted after its purge loses its bytes and rejected rows, too', async () => {
  const { rows } = await pipeline.db.query(
    `select id, storage_key from ingest.file where state = 'superseded' limit 1`,
  );
  const { id, storage_key } = rows[0];
  await pipeline.db.query(
    `insert into ingest.rejected_row (file_id, row_number, reason, message, raw) values ($1, 1, 'too_few_fields', '', '')
     on conflict do nothing`,
    [id],
  );
  await pipeline.ask('DELETE', `/files/${id}`);
  await until(
    async () => !(await pipeline.stored()).some((path) => path.endsWith(storage_key)),
    'its bytes to go',
  );
  await until(async () => {
    const left = await pipeline.db.query('select from ingest.rejected_row where file_id = $1', [id]);
    return left.rowCount === 0;
  }, 'its rejected rows to go');
});

describe('runs', () => {
  test('two loops never ran two at once, and every run was started once', async () => {
    const { rows } = await pipeline.db.query(
      `select from ingest.run a join ingest.run b on a.id <> b.id and a.started_at < b.ended_at and b.started_at < a.ended_at`,
    );
    expect(rows).toEqual([]);
    for (const { id } of await runs()) {
      const starts = pipeline
        .logs()
        .split('\n')
        .filter((line) => line.includes('"run started"') && line.includes(id));
      expect(starts).toHaveLength(1);
    }
  });

  test(
    'one is made when asked for, and asked for twice it is the same',
    async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      const first = await pipeline.ask<RunBody>('POST', '/runs');
      const second = await pipeline.ask<RunBody>('POST', '/runs');
      expect(first.status).toBe(202);
      expect(first.headers.get('location')).toBe(`/runs/${first.body.id}`);
      expect(second.body.id).toBe(first.body.id);
      loops = [await pipeline.startRole('transform')];
      await until(async () => (await run(first.body.id)).state === 'running', 'the run to start');
      // Killed in mid run: the next loop finishes the same run.
      await loops[0]!.stop('SIGKILL');
      expect((await run(first.body.id)).state).toBe('running');
      loops = [await pipeline.startRole('transform')];
      expect(await ended(first.body.id)).toMatchObject({ state: 'succeeded', reason: 'requested' });
    },
    RUN_MS,
  );

  test(
    'one that fails says which test failed, leaves the marts, and is not repeated by itself',
    async () => {
      const before = await ledger.figures();
      const { rows } = await pipeline.db.query(
        `update ingest.file set rows_loaded = rows_loaded + 1
        where id = (select id from ingest.file where state = 'loaded' limit 1) returning id`,
      );
      const asked = await pipeline.ask<RunBody>('POST', '/runs');
      const failed = await ended(asked.body.id);
      expect(failed.state).toBe('failed');
      expect(failed.summary!.tests.failed).toBeGreaterThan(0);
      expect(failed.message).toContain(failed.summary!.failing[0]);
      expect(await ledger.figures()).toEqual(before);
      await pipeline.db.query('update ingest.file set rows_loaded = rows_loaded - 1 where id = $1', [
        rows[0].id,
      ]);
      await until(async () => loops[0]!.output().includes('"nothing_due"'), 'the loop to look again');
      expect((await runs())[0]!.id).toBe(asked.body.id);
    },
    RUN_MS,
  );

  test(
    'a deleted file leaves the marts with the next run',
    async () => {
      const { rows } = await pipeline.db.query(
        `select id, rows_loaded::int from ingest.file
        where client = 'client_a' and file_type = 'claims' and state = 'loaded' order by sequence limit 1`,
      );
      const newest = (await runs())[0]!.id;
      await pipeline.ask('DELETE', `/files/${rows[0].id}`);
      const next = await until(
        async () => {
          const [latest] = await runs();
          return latest!.id !== newest && latest!.state === 'succeeded' && latest;
        },
        'the next run',
        RUN_MS,
      );
      expect(next.reason).toBe('drained');
      const left = await pipeline.db.query('select from mart.claim_line where file_id = $1', [rows[0].id]);
      expect(left.rowCount).toBe(0);
      const exported = await until(async () => {
        const found = await pipeline.db.query('select from export.claims_client_a where _file_id = $1', [
          rows[0].id,
        ]);
        return found.rowCount === 0 && 'gone';
      }, 'its rows to leave export');
      expect(exported).toBe('gone');
    },
    RUN_MS,
  );

  test('those that succeeded have published, and no other', async () => {
    const { rows } = await pipeline.db.query(
      `select state, published_at is not null as published from ingest.run group by 1, 2 order by 1`,
    );
    expect(rows).toEqual([
      { state: 'failed', published: false },
      { state: 'succeeded', published: true },
    ]);
  });
});

describe('what the roles show', () => {
  test('metrics that promtool finds nothing wrong with', async () => {
    roles.transform = loops[0]!;
    for (const [name, role] of Object.entries(roles)) {
      const metrics = await (await fetch(`${role.url}/metrics`)).text();
      const checking = promisify(execFile)('promtool', ['check', 'metrics']);
      checking.child.stdin!.end(metrics);
      const { stdout, stderr } = await checking;
      expect(`${name}: ${stdout}${stderr}`).toBe(`${name}: `);
      const foreign = [...metrics.matchAll(/^# TYPE (\S+)/gm)].filter(
        ([, metric]) => !metric!.startsWith('waymark_'),
      );
      expect(foreign).toEqual([]);
    }
    const [api, consumer, transform] = await Promise.all(
      ['api', 'consumer', 'transform'].map(async (name) =>
        (await fetch(`${roles[name]!.url}/metrics`)).text(),
      ),
    );
    expect(api).toMatch(/waymark_files\{state="loaded",role="api"\} \d+/);
    expect(api).toMatch(/waymark_outbox_unsent_messages\{role="api"\} 0/);
    const feed = 'client="client_c",file_type="claims"';
    const ledger = (metric: string) =>
      Number(new RegExp(`^waymark_ledger_${metric}\\{[^}]*${feed}[^}]*\\} (\\S+)$`, 'm').exec(api!)?.[1]);
    expect(ledger('rows_loaded_total')).toBeGreaterThan(0);
    expect(ledger('upload_to_load_duration_seconds_count')).toBeGreaterThan(0);
    expect(ledger('upload_to_mart_duration_seconds_count')).toBeGreaterThan(0);
    expect(api).toMatch(/waymark_ledger_last_run_tests\{result="passed",role="api"\} \d\d+/);
    expect(consumer).toMatch(
      /waymark_files_total\{client="client_\w",file_type="claims",outcome="loaded",role="consumer"\} \d+/,
    );
    expect(consumer).toMatch(/waymark_rows_loaded_total\{[^}]+\} \d+/);
    expect(consumer).toMatch(/waymark_load_bytes_total\{[^}]+\} \d+/);
    expect(consumer).toMatch(/waymark_load_duration_seconds_count\{[^}]+\} \d+/);
    expect(transform).toMatch(/waymark_run_last_success_timestamp_seconds\{role="transform"\} 1\.?\d+/);
    expect(transform).toMatch(/waymark_run_duration_seconds_count\{[^}]+\} \d+/);
  });

  test('the dbt documentation of the last good run', async () => {
    const page = await (await fetch(roles.docs!.url)).text();
    expect(page).toContain('dbt Docs');
    expect(page).toContain('member_claims');
    expect(page).not.toContain('mart_next');
  });

  test('no value of the samples in any log', async () => {
    const { rows } = await pipeline.db.query(
      `select distinct last_name as value from mart.member where length(last_name) > 6
       union select distinct phone from mart.member where phone is not null`,
    );
    const logs = pipeline.logs();
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ value }) => logs.includes(value))).toEqual([]);
  });
});
