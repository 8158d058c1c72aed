import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { uploadFile } from './upload.ts';

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-upload-'));
});
afterEach(() => server.close());
afterAll(() => rm(folder, { recursive: true }));

async function serve(answer: RequestListener): Promise<URL> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/files`);
}

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

test('a file goes out as one form field, and the answer comes back', async () => {
  const url = await serve(async (request, response) => {
    const body = await text(request);
    response
      .writeHead(202)
      .end(JSON.stringify([request.headers.authorization, body.length, body.split('\r\n').slice(1, 6)]));
  });
  const { status, body } = await uploadFile(url, await file('say "é".csv', 'a,b\r\n1,2'), {
    headers: { authorization: 'Bearer x' },
  });
  expect(status).toBe(202);
  const [authorization, length, lines] = JSON.parse(body);
  expect(authorization).toBe('Bearer x');
  expect(length).toBeGreaterThan(0);
  expect(lines).toEqual([
    'content-disposition: form-data; name="file"; filename="say %22é%22.csv"',
    'content-type: application/octet-stream',
    '',
    'a,b',
    '1,2',
  ]);
});

test('a refusal that comes before all is sent is told', async () => {
  const url = await serve((request, response) => {
    request.once('data', () => response.writeHead(413, { connection: 'close' }).end('too large'));
  });
  const big = await file('big.csv', Buffer.alloc(4 * 1024 * 1024, 'x'));
  expect(await uploadFile(url, big, { headers: {} })).toEqual({ status: 413, body: 'too large' });
});

test('aborted in mid upload, it rejects and nothing else happens', async () => {
  const url = await serve(() => {});
  const big = await file('big.csv', Buffer.alloc(64 * 1024 * 1024, 'x'));
  const stop = new AbortController();
  const sending = uploadFile(url, big, { headers: {}, signal: stop.signal });
  await once(server, 'request');
  stop.abort();
  await expect(sending).rejects.toThrow(/abort/i);
});

test('nobody there is an error', async () => {
  const url = await serve(() => {});
  server.close();
  await once(server, 'close');
  await expect(uploadFile(url, await file('a.csv', 'a'), { headers: {} })).rejects.toThrow(/ECONNREFUSED/);
});
