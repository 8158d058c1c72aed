import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldColumn } from '../../src/files/names.ts';
import { Pipeline } from '../setup/pipeline.ts';

const COLUMNS =
  'claim_category,memb_id,claim_number,received_date,hospital_service,code_system,code,diagnosis_type,cost_total,status';
const NAME = 'Patient-claim-client_b-202307.csv';
const record = (number: string) => `medical,M1,${number},7/1/2023,lab,CPT,99213,A,10.00,paid`;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start();
});
afterAll(() => pipeline?.stop());

describe('names of columns', () => {
  const NAMES = [
    '"; drop table ingest.file; --',
    "'); delete from ingest.audit; --",
    'select',
    'user',
    'table',
    'ctid',
    'a$$b',
    '\\copy x',
    '../../etc/passwd',
    '=cmd|calc',
    '%{jndi}',
    '{{ 7 * 7 }}',
    'İstanbul',
    '東京',
    'e\u0301te\u0301',
    '\u202egnp.exe',
    '\u200b\u200c',
    '😀',
    'x'.repeat(63),
    'x'.repeat(64),
    `${'é'.repeat(31)}a`,
    'é'.repeat(40),
    `${'x'.repeat(70)}1`,
    `${'x'.repeat(70)}2`,
    '__proto__',
    'constructor',
  ];

  test('are folded, at most 63 bytes long, each its own, and quoted: rows load and no table is gone', async () => {
    const cells = NAMES.map((name) => `"${name.replaceAll('"', '""')}"`);
    const content = `${COLUMNS},${cells.join(',')}\n${record('N1')},${NAMES.map((_, i) => `v${i}`).join(',')}\n`;
    const file = await pipeline.load(content, NAME);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 1 });
    const columns = NAMES.map((name, i) => foldColumn(name, 11 + i));
    expect(new Set(columns).size).toBe(NAMES.length);
    for (const column of columns) expect(Buffer.byteLength(column)).toBeLessThanOrEqual(63);
    const { rows } = await pipeline.db.query({
      text: `select ${columns.map((name) => `"${name}"`).join(', ')} from export.claims_client_b where _file_id = $1`,
      values: [file.id],
      rowMode: 'array',
    });
    expect(rows).toEqual([NAMES.map((_, i) => `v${i}`)]);
    const audit = await pipeline.db.query('select count(*)::int as n from ingest.audit');
    expect(audit.rows[0].n).toBeGreaterThan(0);
  });
});

describe('names of files and fields', () => {
  test.each([
    '../../../../tmp/Patient-claim-client_b-202307.csv',
    '/etc/Patient-claim-client_b-202307.csv',
    '..\\Patient-claim-client_b-202307.csv',
    'Patient-claim-../client_b-202307.csv',
    'Patient-claim-client_b-202307.csv\0.xlsx',
    '.Patient-claim-client_b-202307.csv',
  ])('%j never reaches the file system', async (name) => {
    const before = await pipeline.stored();
    expect((await pipeline.send(`${COLUMNS}\n${record('P1')}\n`, name)).status).toBe(400);
    expect(await pipeline.stored()).toEqual(before);
  });

  test('what is stored has names of our own, whatever the file is called', async () => {
    const name = 'Patient-claim-client_b-202307.csv';
    await pipeline.send(`${COLUMNS}\n${record('P2')}\n`, name);
    await pipeline.send(`${COLUMNS}\n${record('P3')}\n`, '$(touch x);`id`.csv', {
      fields: { client: 'client_b', file_type: 'claims', period: '2023-07' },
    });
    for (const path of await pipeline.stored())
      expect(path.slice(pipeline.storage.length)).toMatch(
        /^\/[\w/]*client_b\/claims\/2023-07\/[0-9a-f-]{36}\.csv$/,
      );
  });

  test.each<[string, string]>([
    ['client', "client_b'; drop table ingest.file; --"],
    ['client', '../client_b'.repeat(50)],
    ['client', '__proto__'],
    ['client', 'constructor'],
    ['file_type', 'toString'],
    ['period', '2023-07; drop'],
    ['period', '9999-99'],
  ])('the field %s that says %j is 400', async (field, value) => {
    const answer = await pipeline.send(`${COLUMNS}\n${record('P4')}\n`, NAME, { fields: { [field]: value } });
    // Spelled in our way this one is a client that is described.
    expect(answer.status).toBe(value.startsWith('../client_b') && value.length < 20 ? 202 : 400);
  });

  test.each([
    "client=' or 1=1 --",
    'cursor=1;drop',
    'limit=1e9',
    'limit=-1',
    'state=x',
    'period=2023-13',
    'client[]=a',
    'client=a&client=b',
  ])('GET /files?%s', async (query) => {
    const answer = await pipeline.ask<{ items?: unknown[] }>('GET', `/files?${query}`);
    if (answer.status === 200)
      expect(answer.body.items).toEqual(query.startsWith("client='") ? [] : expect.any(Array));
    else expect(answer.status).toBe(400);
  });
});

test('a download for spreadsheets executes nothing; JSON lines are as it came', async () => {
  const bad = [
    '=cmd|calc',
    '+1+1',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '＝1',
    '＋1',
    '－1',
    '＠a',
    '"=1',
    'plain,"=x"',
  ];
  const file = await pipeline.load(`${COLUMNS}\n${record('R1')}\n${bad.join('\n')}\n`, NAME);
  const path = `/files/${file.id}/rejected-rows`;
  const lines = await pipeline.ask<string>('GET', path);
  const raw = lines.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).raw);
  expect(raw.slice(0, 9)).toEqual(bad.slice(0, 9));
  const { body, headers } = await pipeline.ask<string>('GET', path, { headers: { accept: 'text/csv' } });
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  const cells = body
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => /^"\d+","\w+","[^"]*","(.*)"$/.exec(line)![1]);
  expect(cells.slice(0, 9)).toEqual(bad.slice(0, 9).map((text) => `'${text}`));
  for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
});
