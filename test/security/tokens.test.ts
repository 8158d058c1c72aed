import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSecret, sha256Of } from '../../src/access/tokens.ts';
import { type Answer, Pipeline } from '../setup/pipeline.ts';
import { sendBytes } from '../setup/raw-request.ts';
import { until } from '../setup/until.ts';

const PROJECT = join(import.meta.dirname, '../..');
const COLUMNS =
  'claim_category,memb_id,claim_number,received_date,hospital_service,code_system,code,diagnosis_type,cost_total,status';
const claims = (number: string) =>
  `${COLUMNS}\nmedical,M1,${number},7/1/2023,lab,CPT,99213,A,10.00,paid\nragged,=1+1\n`;
const OURS = 'Patient-claim-client_b-202307.csv';

const secrets = {
  upload: newSecret(),
  read: newSecret(),
  admin: newSecret(),
  ops: newSecret(),
  other: newSecret(),
};
const entry = (name: keyof typeof secrets, role: string, clients: unknown) => ({
  name,
  sha256: sha256Of(secrets[name]),
  role,
  clients,
});
const ENTRIES = [
  entry('upload', 'upload', ['client_b']),
  entry('read', 'read', ['client_b']),
  entry('admin', 'admin', ['client_b']),
  entry('ops', 'admin', '*'),
  entry('other', 'admin', ['client_a', 'client_c']),
];

let folder: string;
let file: string;
let pipeline: Pipeline;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-tokens-'));
  // As the kubelet mounts a Secret: the file is a link into a folder that is a link.
  await mkdir(join(folder, '..1'));
  await writeFile(join(folder, '..1/tokens.yaml'), JSON.stringify({ tokens: ENTRIES }));
  await symlink('..1', join(folder, '..data'));
  await symlink('..data/tokens.yaml', join(folder, 'tokens.yaml'));
  file = join(folder, 'tokens.yaml');
  pipeline = await Pipeline.start({ env: { API_TOKENS_FILE: file } });
});
afterAll(async () => {
  await pipeline?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The file of tokens as a new version of the Secret has it. */
let version = 1;
async function swap(text: string): Promise<void> {
  version++;
  await mkdir(join(folder, `..${version}`));
  await writeFile(join(folder, `..${version}/tokens.yaml`), text);
  await symlink(`..${version}`, join(folder, '..new'));
  await rename(join(folder, '..new'), join(folder, '..data'));
}

const status = (answer: Answer<unknown>) => answer.status;
const as = (name: keyof typeof secrets) => ({ token: secrets[name] });
const list = async (name: keyof typeof secrets) =>
  (await pipeline.ask<{ items: { id: string; client: string }[] }>('GET', '/files', as(name))).body.items;

describe('what a token may do', () => {
  let id: string;
  beforeAll(async () => {
    const sent = await pipeline.send(claims('C1'), OURS, as('upload'));
    expect(sent.status).toBe(202);
    id = sent.body.id;
    await pipeline.settled(id);
  });

  test.each<[keyof typeof secrets, number]>([
    ['upload', 200],
    ['read', 403],
    ['admin', 200],
    ['ops', 200],
    ['other', 403],
  ])('%s sends a file of client_b: %i', async (name, expected) => {
    expect(status(await pipeline.send(claims('C1'), OURS, as(name)))).toBe(expected);
  });

  test.each<[string, string, Record<keyof typeof secrets, number>]>([
    ['GET', '/files/{id}', { upload: 200, read: 200, admin: 200, ops: 200, other: 404 }],
    ['GET', '/files/{id}/rejected-rows', { upload: 200, read: 200, admin: 200, ops: 200, other: 404 }],
    ['POST', '/files/{id}/retry', { upload: 403, read: 403, admin: 409, ops: 409, other: 404 }],
    ['GET', '/feeds', { upload: 200, read: 200, admin: 200, ops: 200, other: 200 }],
    ['GET', '/runs', { upload: 200, read: 200, admin: 200, ops: 200, other: 200 }],
    ['POST', '/runs', { upload: 403, read: 403, admin: 202, ops: 202, other: 202 }],
    ['GET', '/audit', { upload: 403, read: 403, admin: 403, ops: 200, other: 403 }],
  ])('%s %s', async (method, path, expected) => {
    for (const [name, code] of Object.entries(expected)) {
      const answer = await pipeline.ask(method, path.replace('{id}', id), as(name as 'ops'));
      expect([name, answer.status]).toEqual([name, code]);
    }
  });

  test('deletes: an admin of the client, nobody else', async () => {
    const codes = [];
    for (const name of ['upload', 'read', 'other', 'admin'] as const)
      codes.push((await pipeline.ask('DELETE', `/files/${id}`, as(name))).status);
    expect(codes).toEqual([403, 403, 404, 200]);
  });

  test('a list holds the clients of the token only, whatever filter is asked for', async () => {
    await pipeline.send(claims('C2'), OURS, as('upload'));
    expect(new Set((await list('upload')).map(({ client }) => client))).toEqual(new Set(['client_b']));
    expect(await list('other')).toEqual([]);
    const asked = await pipeline.ask<{ items: unknown[] }>('GET', '/files?client=client_b', as('other'));
    expect(asked.body.items).toEqual([]);
    const feeds = await pipeline.ask<{ items: { client: string }[] }>('GET', '/feeds', as('other'));
    expect(new Set(feeds.body.items.map(({ client }) => client))).toEqual(new Set(['client_a', 'client_c']));
  });

  test('another’s client is refused as one that does not exist, by its name and by a field', async () => {
    const answers = [
      await pipeline.send(claims('X'), 'Patient-claim-client_a-202307.csv', as('upload')),
      await pipeline.send(claims('X'), 'Patient-claim-client_nobody-202307.csv', as('upload')),
      await pipeline.send(claims('X'), OURS, { ...as('upload'), fields: { client: 'client_a' } }),
      await pipeline.send(claims('X'), OURS, { ...as('upload'), fields: { client: 'client_z' } }),
    ];
    expect(answers.map(status)).toEqual([403, 403, 403, 403]);
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
    expect(answers[0]!.headers.get('www-authenticate')).toBe(
      'Bearer realm="waymark", error="insufficient_scope"',
    );
    expect(answers[0]!.headers.get('content-type')).toContain('application/problem+json');
  });

  test('a header that fits nothing does not tell of feeds of others', async () => {
    const name = 'Patient-claim-client_a-202307.csv';
    const told = await pipeline.send(claims('X'), name, as('ops'));
    expect(told.body.detail).toContain("looks like client_b's claims");
    const untold = await pipeline.send(claims('X'), name, as('other'));
    expect(untold.body.type).toBe('urn:waymark:problem:missing_columns');
    expect(untold.body.detail).not.toContain('client_b');
  });

  test('of a run, names of models that failed go to those only who may know of every client', async () => {
    await pipeline.db.query(
      `insert into ingest.run (state, reason, ended_at, message, summary) values ('failed', 'requested', now(), 'client_b', $1)`,
      [
        {
          outcome: 'failed',
          models: { passed: 0, failed: 1, skipped: 0 },
          tests: { passed: 0, failed: 0, warned: 0, skipped: 0 },
          failing: ['stg_claims_client_b'],
          seconds: 1,
        },
      ],
    );
    const seen = async (name: 'ops' | 'other') =>
      JSON.stringify((await pipeline.ask('GET', '/runs', as(name))).body);
    expect(await seen('ops')).toContain('stg_claims_client_b');
    expect(await seen('other')).not.toContain('client_b');
  });

  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ['another scheme', { authorization: `Basic ${secrets.ops}` }],
    ['a wrong one', { authorization: `Bearer ${newSecret()}` }],
    ['its hash', { authorization: `Bearer ${sha256Of(secrets.ops)}` }],
    ['a part of it', { authorization: `Bearer ${secrets.ops.slice(0, -1)}` }],
    ['two', { authorization: `Bearer ${secrets.ops} ${secrets.ops}` }],
    ['a JWT, where no provider is known', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
  ])('token: %s', async (_, headers) => {
    const answer = await pipeline.ask('GET', '/files', { token: null, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="waymark"/);
    expect(answer.body).toMatchObject({ type: 'urn:waymark:problem:unauthorized', status: 401 });
  });
});

test.each([
  'GET /files/',
  'GET //files',
  'GET /FILES',
  'GET /docs/../files',
  'GET /docs/%2e%2e/files',
  'GET /docs/..%2ffiles',
  'GET /metrics/../files',
  'GET /files?/docs',
  'GET /files#/docs',
  'GET /healthz/files',
  'GET http://example.com/files',
  'POST /files',
  'DELETE /files/00000000-0000-4000-8000-000000000000',
  'OPTIONS /files',
  'HEAD /files',
  'TRACE /files',
])('%s without a token shows nothing', async (line) => {
  const answer = await sendBytes(pipeline.apiUrl, [
    `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  ]);
  expect(answer).toMatch(/^HTTP\/1\.1 (400|401|404|405|501) /);
  expect(answer).not.toContain('client_b');
});

describe('the file of tokens', () => {
  const known = async (secret: string) =>
    (await pipeline.ask('GET', '/feeds', { token: secret })).status === 200;

  test('that changes counts without a restart; one that is broken changes nothing and is not quoted', async () => {
    const added = newSecret();
    const text = JSON.stringify({
      tokens: [...ENTRIES.slice(1), { name: 'new', sha256: sha256Of(added), role: 'read', clients: '*' }],
    });
    await swap(text);
    await until(() => known(added), 'the new token to be known');
    expect(await known(secrets.upload)).toBe(false);

    const leaked = newSecret();
    for (const broken of [
      `tokens: [{name: a, sha256: ${leaked}, role: read, clients: '*'}]`,
      `tokens: [{name: a, ${leaked}: 1}]`,
      `tokens:\n - ${leaked}: [`,
      `${leaked}`,
      text.replace('"role":"read"', `"role":"${leaked}"`),
      text.replace('"name":"new"', '"name":"ops"'),
    ]) {
      const errors = () => pipeline.logs().split('the tokens stay as they were').length;
      const before = errors();
      await swap(broken);
      await until(async () => errors() > before, 'the broken file to be refused');
      expect(await known(added)).toBe(true);
    }
    expect(pipeline.logs()).not.toContain(leaked);

    await rm(join(folder, '..data'));
    await until(async () => pipeline.logs().includes('there is no file of tokens'), 'the file to be missed');
    expect(await known(added)).toBe(true);
    await symlink('..1', join(folder, '..data'));
    await until(() => known(secrets.upload), 'the first tokens to be back');
    expect(await known(added)).toBe(false);
    for (const secret of Object.values(secrets)) expect(pipeline.logs()).not.toContain(secret);
  });

  test('gets an entry, and the terminal the secret, by `waymark token create`', async () => {
    const path = join(folder, 'made.yaml');
    await writeFile(path, '# ours\ntokens: []\n');
    const create = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(PROJECT, 'src/waymark.ts'), 'token', 'create', ...args]);
    const made = await create(
      '--name',
      'a',
      '--role',
      'upload',
      '--client',
      'clientA',
      '--client',
      'client_b',
      '--file',
      path,
    );
    const secret = made.stdout.trim();
    const text = await readFile(path, 'utf8');
    expect(text).toContain('# ours');
    expect(text).not.toContain(secret);
    expect(text).toContain(`sha256: ${sha256Of(secret)}`);
    await expect(
      create('--name', 'a', '--role', 'read', '--client', '*', '--file', path),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining('tokens.1.name is there twice'),
    });
    await swap(text);
    await until(() => known(secret), 'the token that was made to be known');
    const feeds = await pipeline.ask<{ items: { client: string }[] }>('GET', '/feeds', { token: secret });
    expect(new Set(feeds.body.items.map(({ client }) => client))).toEqual(new Set(['client_a', 'client_b']));
  });
});

test('an API that nobody could come into does not start', async () => {
  await expect(pipeline.startRole('api', { API_TOKEN: '', API_TOKENS_FILE: '' })).rejects.toThrow(
    /nobody could come in/,
  );
});

test('an API whose file of tokens is wrong does not start, and names no secret', async () => {
  const path = join(folder, 'wrong.yaml');
  const leaked = newSecret();
  await writeFile(path, `tokens: [{name: a, sha256: ${leaked}}]`);
  const failure = await pipeline
    .startRole('api', { API_TOKENS_FILE: path })
    .catch((error: Error) => error.message);
  expect(failure).toMatch(/wrong\.yaml: tokens\.0\.sha256 must be 64 hexadecimal digits/);
  expect(failure).not.toContain(leaked);
});
