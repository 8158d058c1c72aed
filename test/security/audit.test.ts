import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSecret, sha256Of } from '../../src/access/tokens.ts';
import { Pipeline } from '../setup/pipeline.ts';
import { until } from '../setup/until.ts';

const COLUMNS =
  'claim_category,memb_id,claim_number,received_date,hospital_service,code_system,code,diagnosis_type,cost_total,status';
const NAME = 'Patient-claim-client_b-202307.csv';
const content = (number: string) =>
  `${COLUMNS}\nmedical,M1,${number},7/1/2023,lab,CPT,99213,A,10.00,paid\nragged,x\n`;
const ops = newSecret();

let folder: string;
let pipeline: Pipeline;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-audit-'));
  const file = join(folder, 'tokens.json');
  const tokens = [{ name: 'ops', sha256: sha256Of(ops), role: 'admin', clients: '*' }];
  await writeFile(file, JSON.stringify({ tokens }));
  pipeline = await Pipeline.start({
    env: { API_TOKENS_FILE: file, TRUSTED_PROXIES: '127.0.0.0/8, 10.1.0.0/16' },
  });
});
afterAll(async () => {
  await pipeline?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Entry {
  actor: string;
  action: string;
  address: string;
  client: string | null;
  file_id: string | null;
  run_id: string | null;
  detail: Record<string, unknown>;
}
const entries = async (query = '') =>
  (await pipeline.ask<{ items: Entry[]; next_cursor: string | null }>('GET', `/audit${query}`)).body;

test('every act is written down: who, what, to which file, from where', async () => {
  const by = { token: ops };
  const forwarded = { token: ops, headers: { 'x-forwarded-for': '192.0.2.7' } };
  const sent = await pipeline.send(content('C1'), NAME, by);
  const { id } = sent.body;
  await pipeline.settled(id);
  await pipeline.send(content('C1'), NAME, by);
  await pipeline.ask('GET', `/files/${id}/rejected-rows`, forwarded);
  await pipeline.ask('DELETE', `/files/${id}`, forwarded);
  await pipeline.ask('DELETE', `/files/${id}`, forwarded);
  const run = await pipeline.ask('POST', '/runs', forwarded);
  const bad = await pipeline.send(content('C2').replace('medical,M1', 'x'), NAME, by);
  await pipeline.settled(bad.body.id);
  expect((await pipeline.ask('POST', `/files/${bad.body.id}/retry`, by)).status).toBe(202);
  await pipeline.settled(bad.body.id);
  expect(
    (await pipeline.ask('GET', '/files', { token: newSecret(), headers: forwarded.headers })).status,
  ).toBe(401);

  const { items } = await entries('?limit=20');
  const brief = items.map(({ actor, action, address, client, file_id, run_id }) => [
    actor,
    action,
    address,
    client,
    file_id ?? run_id,
  ]);
  const ours = ['127.0.0.1', 'client_b'];
  const theirs = ['192.0.2.7', 'client_b'];
  expect(brief.reverse()).toEqual([
    ['token:ops', 'upload_accepted', ...ours, id],
    ['token:ops', 'upload_held', ...ours, id],
    ['token:ops', 'rejected_rows_read', ...theirs, id],
    ['token:ops', 'delete', ...theirs, id],
    ['token:ops', 'run_requested', '192.0.2.7', null, run.body.id],
    ['token:ops', 'upload_accepted', ...ours, bad.body.id],
    ['token:ops', 'retry', ...ours, bad.body.id],
    ['anonymous', 'denied', '192.0.2.7', null, null],
  ]);
  expect(items[0]!.detail).toMatchObject({ status: 401, method: 'GET' });
});

test('it is read by page, and by file, action and actor', async () => {
  const first = await entries('?limit=3');
  expect(first.items).toHaveLength(3);
  const second = await entries(`?limit=3&cursor=${first.next_cursor}`);
  expect(second.items[0]).not.toEqual(first.items[2]);
  const [{ file_id }] = (await entries('?action=delete')).items as [Entry];
  const of = await entries(`?file_id=${file_id}&actor=token:ops`);
  expect(of.items.map(({ action }) => action)).toEqual([
    'delete',
    'rejected_rows_read',
    'upload_held',
    'upload_accepted',
  ]);
  expect((await pipeline.ask('GET', '/audit?action=nothing')).status).toBe(400);
});

test.each([
  ['written by a proxy behind which another is', '198.51.100.9, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
  ['no address', '192.0.2.1, "; drop table', '127.0.0.1'],
  ['IPv6', '2001:db8::7', '2001:db8::7'],
])('X-Forwarded-For that is %s', async (_, header, address) => {
  await pipeline.ask('POST', '/runs', { token: ops, headers: { 'x-forwarded-for': header } });
  expect((await entries('?action=run_requested&limit=1')).items[0]!.address).toBe(address);
});

test('X-Forwarded-For from anybody else is not believed', async () => {
  const api = await pipeline.startRole('api', { TRUSTED_PROXIES: '10.0.0.0/8' });
  await fetch(`${api.url}/runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ops}`, 'x-forwarded-for': '192.0.2.99' },
  });
  await api.stop();
  expect((await entries('?action=run_requested&limit=1')).items[0]!.address).toBe('127.0.0.1');
});

test('denials are written down at a bounded rate, and those that are not are counted', async () => {
  const count = async () =>
    (await pipeline.db.query(`select count(*)::int as n from ingest.audit where action = 'denied'`)).rows[0]
      .n;
  const before = await count();
  const SENT = 300;
  for (let i = 0; i < SENT; i += 50)
    await Promise.all(Array.from({ length: 50 }, () => pipeline.ask('GET', '/files', { token: 'guess' })));
  const written = (await count()) - before;
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(60);
  await until(async () => {
    await pipeline.ask('GET', '/files', { token: 'guess' });
    const { rows } = await pipeline.db.query(
      `select coalesce(sum((detail->>'unrecorded')::int), 0)::int + count(*)::int as n from ingest.audit where action = 'denied'`,
    );
    return rows[0].n - before >= SENT;
  }, 'the others to be counted');
});

test('an act that fails is not written down: it is one transaction', async () => {
  await pipeline.db.query(`
    create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse before insert on ingest.audit for each row when (new.action = 'upload_accepted') execute function public.refuse()`);
  const before = (await pipeline.db.query('select count(*)::int as n from ingest.file')).rows;
  const stored = await pipeline.stored();
  expect((await pipeline.send(content('C9'), NAME, { token: ops })).status).toBe(500);
  await pipeline.db.query('drop trigger refuse on ingest.audit');
  expect((await pipeline.db.query('select count(*)::int as n from ingest.file')).rows).toEqual(before);
  expect(await pipeline.stored()).toEqual(stored);
});

test.each([
  'update ingest.audit set actor = $$nobody$$',
  'update ingest.audit set actor = $$nobody$$ where false',
  'delete from ingest.audit',
  'truncate ingest.audit',
])('it is append only: %s', async (sql) => {
  await expect(pipeline.db.query(sql)).rejects.toThrow(/append only/);
});

test('a name of a token cannot make lines or commands of its own', async () => {
  const status = await new Promise<number>((resolve, reject) =>
    request(
      `${pipeline.apiUrl}/files`,
      { headers: { authorization: `Bearer '; drop table ingest.audit; --` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      },
    )
      .on('error', reject)
      .end(),
  );
  expect(status).toBe(401);
  expect((await entries('?limit=1')).items).toHaveLength(1);
});
