import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiClient } from '../../src/dev/api-client.ts';
import { MAX_STRINGS } from '../../src/load/workbook/shared-strings.ts';
import { MAX_CELLS } from '../../src/load/workbook/sheet-scanner.ts';
import { Pipeline, type Process } from '../setup/pipeline.ts';
import { sendBody, sendBytes } from '../setup/raw-request.ts';
import { until } from '../setup/until.ts';
import { type ZipEntry, zipOf } from '../setup/zip.ts';

const MiB = 1024 * 1024;
const MAX_UPLOAD = 32 * MiB;
/** How much the API may grow beyond what it has while it does nothing, whatever is sent to it. */
const MAX_GROWTH = 192 * MiB;
const COLUMNS =
  'claim_category,memb_id,claim_number,received_date,hospital_service,code_system,code,diagnosis_type,cost_total,status';
const NAME = 'Patient-claim-client_b-202307.csv';
const BOOK = 'Patient-claim-client_b-202307.xlsx';
const HEADERS = {
  authorization: 'Bearer a-token-for-tests-only',
  'content-type': 'multipart/form-data; boundary=x',
};
const good = (number: string) => `${COLUMNS}\nmedical,M1,${number},7/1/2023,lab,CPT,99213,A,10.00,paid\n`;

let pipeline: Pipeline;
let api: Process;
let idle = 0;
let peak = 0;
let watching = true;
let watched: Promise<void>;
beforeAll(async () => {
  pipeline = await Pipeline.create({
    MAX_UPLOAD_BYTES: String(MAX_UPLOAD),
    MAX_WORKBOOK_BYTES: String(512 * MiB),
    UPLOAD_STALL_SECONDS: '1',
    API_HEADERS_TIMEOUT_SECONDS: '1',
    MAX_CONCURRENT_UPLOADS: '8',
  });
  api = await pipeline.startApi();
  // What an upload needs for the first time is no growth.
  expect((await pipeline.send(good('first'), NAME)).status).toBe(202);
  idle = await residentBytes();
  watched = (async () => {
    while (watching) {
      peak = Math.max(peak, await residentBytes());
      await delay(100);
    }
  })();
});
afterAll(async () => {
  watching = false;
  await watched;
  await pipeline?.stop();
});

/** What the API holds of the machine's memory. */
async function residentBytes(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(api.child.pid)]);
  return Number(stdout) * 1024;
}

const part = (name: string, more = '') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
const filePart = `${part('file', `; filename="${NAME}"`)}`;
const post = (
  body: Iterable<Buffer | string> | AsyncIterable<Buffer | string>,
  headers: Record<string, string> = {},
) => sendBody(`${pipeline.apiUrl}/files`, { ...HEADERS, ...headers }, body);
function* times<T>(count: number, piece: T): Generator<T> {
  for (let i = 0; i < count; i++) yield piece;
}
function* join(...all: Iterable<Buffer | string>[]): Generator<Buffer | string> {
  for (const each of all) yield* each;
}

describe('a body', () => {
  const endless = Buffer.alloc(64 * 1024, 'a');
  const BLOCKS = 2048;
  test('of a million parts', async () => {
    const parts = `${part('a')}\r\n`.repeat(1000);
    expect([400, 413]).toContain((await post(times(1000, parts)))?.status);
  });

  // Of what has no end, which limit is met first is chance; and who never stops sending may not see the answer.
  test.each<[string, () => Iterable<Buffer | string>, number, number?]>([
    ['more parts than a form has', () => [`${part('a')}\r\n`.repeat(20), '--x--\r\n'], 400],
    ['more fields than a form has', () => [`${part('a')}1\r\n`.repeat(11), '--x--\r\n'], 400],
    ['two files', () => [filePart, good('1'), '\r\n', filePart, good('2'), '\r\n--x--\r\n'], 400],
    ['a field longer than any', () => [part('client'), 'a'.repeat(1001), '\r\n--x--\r\n'], 400],
    ['a name of a field longer than any', () => [part('n'.repeat(101)), '\r\n--x--\r\n'], 400],
    ['a field that would make a list', () => [part('client[4000000000]'), '1\r\n--x--\r\n'], 400],
    ['a field that would make a tree', () => [part('a[b][c][d]'), '1\r\n--x--\r\n'], 400],
    ['a field of the prototype', () => [part('__proto__[polluted]'), '1\r\n--x--\r\n'], 400],
    ['a field without a name', () => ['--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n'], 400],
    ['a field with an empty name', () => [part(''), '1\r\n--x--\r\n'], 400],
    [
      'a head of a part longer than any',
      () => ['--x\r\n', `X-A: ${'a'.repeat(20_000)}\r\n\r\n1\r\n--x--\r\n`],
      400,
    ],
    ['many heads in a part', () => ['--x\r\n', 'X-A: a\r\n'.repeat(2000), '\r\n1\r\n--x--\r\n'], 400],
    ['no end of it', () => [filePart, good('1')], 400],
    ['nothing', () => [], 400],
    ['an endless field', () => join([part('client')], times(BLOCKS, endless)), 413, 400],
    ['an endless head of a part', () => join(['--x\r\nX-A: '], times(BLOCKS, endless)), 413, 400],
    ['endless text before the first part', () => times(BLOCKS, endless), 413, 400],
    [
      'endless text after the last part',
      () => join([filePart, good('1'), '\r\n--x--\r\n'], times(BLOCKS, endless)),
      413,
      202,
    ],
    ['an endless file', () => join([filePart], times(BLOCKS, endless)), 413, 413],
    [
      'an endless file of a million lines',
      () => join([filePart, good('1')], times(BLOCKS, Buffer.alloc(64 * 1024, '\n'))),
      413,
      413,
    ],
  ])('with %s', async (_, body, status, otherwise) => {
    const answer = await post(body());
    const expected = otherwise === undefined ? [status] : [status, otherwise, undefined];
    expect(expected).toContain(answer?.status);
    if (answer && answer.status !== 202)
      expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  test.each([
    ['no boundary', 'multipart/form-data'],
    ['an endless boundary', `multipart/form-data; boundary=${'b'.repeat(5000)}`],
    ['another type', 'application/json'],
    ['a type of commands', 'multipart/form-data; boundary="; drop table"'],
  ])('whose type says %s', async (_, type) => {
    const answer = await post([filePart, good('1'), '\r\n--x--\r\n'], { 'content-type': type });
    expect([400, 415]).toContain(answer?.status);
  });

  test('that says beforehand it is too large is refused before it comes', async () => {
    const answer = await sendBytes(pipeline.apiUrl, [
      `POST /files HTTP/1.1\r\nHost: a\r\nAuthorization: ${HEADERS.authorization}\r\nContent-Type: ${HEADERS['content-type']}\r\n`,
      `Content-Length: ${MAX_UPLOAD * 4}\r\n\r\n`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('to a route that takes none is not read to its end', async () => {
    const answer = await sendBody(`${pipeline.apiUrl}/runs`, HEADERS, times(100_000, endless));
    expect(answer?.status === undefined || answer.status === 202).toBe(true);
  });

  test('of somebody without a token is not read to its end', async () => {
    const answer = await post(times(100_000, endless), { authorization: 'Bearer nobody' });
    expect([401, undefined]).toContain(answer?.status);
  });
});

describe('a client that is slow', () => {
  const stored = async () => (await pipeline.stored()).length;
  test.each<[string, string[]]>([
    ['sends no byte of the body', []],
    ['stops in the middle of the file', [filePart, good('1')]],
  ])('and %s', async (_, body) => {
    const before = await stored();
    const head =
      `POST /files HTTP/1.1\r\nHost: a\r\nAuthorization: ${HEADERS.authorization}\r\n` +
      `Content-Type: ${HEADERS['content-type']}\r\nContent-Length: 100000\r\n\r\n`;
    const began = performance.now();
    const answer = await sendBytes(pipeline.apiUrl, [head, ...body]);
    expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*too_slow/);
    expect(performance.now() - began).toBeLessThan(20_000);
    await until(async () => (await stored()) === before, 'its bytes to be forgotten');
  });

  test('and drips the body', async () => {
    const drip = async function* () {
      yield filePart;
      for (let i = 0; i < 400; i++) {
        yield 'a';
        await delay(50);
      }
    };
    expect((await post(drip()))?.status).toBe(408);
  });

  test('and does not end its head', async () => {
    const drip = async function* () {
      yield 'GET /files HTTP/1.1\r\n';
      for (let i = 0; i < 400; i++) {
        yield `X-${i}: a\r\n`;
        await delay(50);
      }
    };
    expect(await sendBytes(pipeline.apiUrl, drip())).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('and slow only because the file is large is left alone', async () => {
    const slowly = async function* () {
      yield filePart + good('slow');
      for (let i = 0; i < 30; i++) {
        yield `${'medical,M1,S,7/1/2023,lab,CPT,99213,A,10.00,paid\n'.repeat(400)}`;
        await delay(100);
      }
      yield '\r\n--x--\r\n';
    };
    expect((await post(slowly()))?.status).toBe(202);
  });
});

describe('a head', () => {
  test('that never ends is not read', async () => {
    const head = join(
      ['GET /files HTTP/1.1\r\nX-A: '],
      times(1_000_000, 'a'.repeat(1024)),
    ) as Iterable<string>;
    expect(await sendBytes(pipeline.apiUrl, head)).not.toMatch(/^HTTP\/1\.1 2/);
  });

  test.each<[string, () => Iterable<string>, RegExp]>([
    [
      'longer than any',
      () => join(['GET /files HTTP/1.1\r\nX-A: '], times(20, 'a'.repeat(1024))) as Iterable<string>,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'of more lines than any',
      () => join(['GET /files HTTP/1.1\r\n'], times(30, 'X-A: a\r\n'.repeat(100))) as Iterable<string>,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'of a path longer than any',
      () => join(['GET /'], times(20, 'a'.repeat(1024))) as Iterable<string>,
      /^HTTP\/1\.1 431 /,
    ],
    ['that is no HTTP', () => ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'], /^HTTP\/1\.1 400 /],
    [
      'with two lengths',
      () => ['POST /runs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
      /^HTTP\/1\.1 400 /,
    ],
    [
      'with a length and chunks',
      () => [
        'POST /runs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      /^HTTP\/1\.1 400 /,
    ],
  ])('%s', async (_, pieces, expected) => {
    expect(await sendBytes(pipeline.apiUrl, pieces())).toMatch(expected);
  });
});

describe('requests', () => {
  test('that are too many get 429 and when to come again, and others are not held up', async () => {
    const limited = await pipeline.startRole('api', { API_REQUESTS_PER_SECOND: '2', API_BURST: '5' });
    const status = async (path: string, authorization: string) =>
      fetch(limited.url + path, { headers: { authorization } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => status('/feeds', HEADERS.authorization)),
    );
    const codes = answers.map((answer) => answer.status);
    expect(codes.filter((code) => code === 200).length).toBeLessThan(15);
    const refused = answers.find((answer) => answer.status === 429)!;
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ type: 'urn:waymark:problem:too_many_requests' });
    expect((await status('/healthz', '')).status).toBe(200);
    expect((await status('/files', 'Bearer nobody')).status).toBe(401);
    await until(
      async () => (await status('/feeds', HEADERS.authorization)).status === 200,
      'the token to be let in again',
    );
    // The command line waits for as long as it is told.
    const client = createApiClient({
      url: limited.url,
      token: HEADERS.authorization.slice('Bearer '.length),
    });
    await Promise.all(Array.from({ length: 12 }, () => client.newestRun()));
    await limited.stop();
  });

  test('that send files at once are bounded, and their places are free again', async () => {
    const open = Promise.withResolvers<void>();
    const waiting = async function* () {
      yield filePart + good('many');
      await open.promise;
      yield '\r\n--x--\r\n';
    };
    const slow = Array.from({ length: 4 }, () => post(waiting()));
    const before = (await pipeline.stored()).length;
    await until(async () => (await pipeline.stored()).length >= before, 'the uploads to begin');
    await until(
      async () => (await pipeline.send(good('more'), NAME)).status === 429,
      'the places to be taken',
    );
    open.resolve();
    await Promise.all(slow);
    await until(
      async () => (await pipeline.send(good('more'), NAME)).status !== 429,
      'the places to be free',
    );
  });
});

describe('a workbook', () => {
  const xml = (name: string, content: string): ZipEntry => ({ name, content: Buffer.from(content) });
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="x/${type}" Target="${target}"/>`;
  const bare: ZipEntry[] = [
    xml('xl/workbook.xml', '<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'),
    xml(
      'xl/_rels/workbook.xml.rels',
      `<Relationships>${relation('r1', 'worksheet', 'worksheets/sheet1.xml')}${relation('r2', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
    ),
  ];
  /** XML of one element again and again, with so much chance in it that no ratio gives it away. */
  function repeated(before: string, element: string, count: number): Buffer {
    const times = Math.ceil(2000 / element.length);
    const block = element.repeat(times);
    const parts: Buffer[] = [Buffer.from(before)];
    for (let i = 0; i < count; i += times)
      parts.push(Buffer.from(`${block}<!--${randomBytes(8).toString('hex')}-->`));
    return Buffer.concat(parts);
  }
  test.each<[string, () => Buffer, RegExp]>([
    [
      'that grows a thousandfold',
      () => zipOf([...bare, { name: 'xl/worksheets/sheet1.xml', content: Buffer.alloc(256 * MiB) }]),
      /grows beyond/,
    ],
    [
      'that grows a thousandfold, in many parts',
      () =>
        zipOf([
          ...bare,
          ...Array.from({ length: 128 }, (_, i) => ({
            name: `xl/media/${i}.bin`,
            content: Buffer.alloc(2 * MiB),
          })),
        ]),
      /grows beyond/,
    ],
    [
      'whose directory lies of its size',
      () => zipOf([{ ...bare[0]!, content: Buffer.alloc(64 * MiB), claimedSize: 100 }]),
      /damaged/,
    ],
    [
      'of more entries than any',
      () =>
        zipOf([
          ...bare,
          ...Array.from({ length: 10_001 }, (_, i) => ({ name: `a${i}`, content: Buffer.from('a') })),
        ]),
      /not an \.xlsx/,
    ],
    [
      'of names that are paths',
      () => zipOf([...bare, { name: '../../../etc/passwd', content: Buffer.from('a') }]),
      /damaged/,
    ],
    [
      'of more cells than any',
      () => {
        const row = `<row>${'<c/>'.repeat(100)}</row>`;
        const content = repeated('<worksheet><sheetData>', row, MAX_CELLS / 100 + 500);
        return zipOf([...bare, { name: 'xl/worksheets/sheet1.xml', content }]);
      },
      /more than 50,000,000 cells/,
    ],
    [
      'of more texts than any',
      () => {
        const cell = `<c t="s"><v>${MAX_STRINGS + 400}</v></c>`;
        const content = repeated('<sst>', '<si/>', MAX_STRINGS + 500);
        return zipOf([
          ...bare,
          xml('xl/worksheets/sheet1.xml', `<worksheet><sheetData><row>${cell}</row></sheetData></worksheet>`),
          { name: 'xl/sharedStrings.xml', content },
        ]);
      },
      /more than 10,000,000 texts/,
    ],
    [
      'of entities that multiply',
      () => {
        const entities = Array.from(
          { length: 30 },
          (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};&e${i};&e${i};">`,
        ).join('');
        return zipOf([
          {
            name: 'xl/workbook.xml',
            content: Buffer.from(`<!DOCTYPE a [<!ENTITY e0 "aaaa">${entities}]><workbook>&e30;</workbook>`),
          },
        ]);
      },
      /damaged/,
    ],
  ])('%s', async (_, book, reason) => {
    // On a connection of its own: to make one takes longer than the API keeps an idle one.
    const answer = await post([part('file', `; filename="${BOOK}"`), book(), '\r\n--x--\r\n']);
    expect(answer?.status).toBe(400);
    expect(JSON.parse(answer!.body).detail).toMatch(reason);
  });
});

test('after all of it the API is the same process, takes a good file, holds no bytes of the others, and has not grown', async () => {
  expect(api.child.exitCode).toBeNull();
  expect((await pipeline.send(good('last'), NAME)).status).toBe(202);
  const { rows } = await pipeline.db.query('select count(*)::int as n from ingest.file');
  await until(
    async () => (await pipeline.stored()).length === rows[0].n,
    'bytes of what was refused to be gone',
  );
  console.log(`the API: ${Math.round(idle / MiB)} MiB at rest, ${Math.round(peak / MiB)} MiB at most`);
  expect(peak - idle).toBeLessThan(MAX_GROWTH);
  expect(pipeline.logs()).not.toMatch(/unhandled|cannot go on/i);
});
