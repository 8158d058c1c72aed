import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasS3, TestS3 } from '../../test/setup/s3.ts';
import { until } from '../../test/setup/until.ts';
import { readConfig } from '../platform/config.ts';
import { openStorage } from './open.ts';
import type { Storage, Stored } from './storage.ts';

const MiB = 1024 * 1024;

/** A storage of its own, and how to look behind it and be rid of it. */
interface Opened {
  storage: Storage;
  env: Record<string, string>;
  /** In how many pieces the uploads of unfinished-uploads.ts lie there. */
  unfinished: number;
  /** Paths of all bytes that are kept, also of those on their way. */
  kept(): Promise<string[]>;
  close(): Promise<void>;
}

const open = (env: Record<string, string>) => openStorage(readConfig(env, 'storage'));

async function openDirectory(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-storage-'));
  const env = { STORAGE_URL: pathToFileURL(folder).href };
  return {
    storage: await open(env),
    env,
    unfinished: 2,
    kept: () => filesIn(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openBucket(): Promise<Opened> {
  const s3 = await TestS3.start();
  const env = s3.env('some/prefix');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const) vi.stubEnv(name, env[name]);
  return {
    storage: await open(env),
    env,
    // The large one in two parts; a third is not full.
    unfinished: 3,
    kept: () => filesIn(s3.folder),
    close: () => s3.stop(),
  };
}

const storages = [
  { name: 'a directory', openOne: openDirectory, there: true },
  { name: 'a bucket', openOne: openBucket, there: hasS3 },
];

describe.for(storages.filter(({ there }) => there))('$name', ({ openOne }) => {
  let storage: Storage;
  let env: Record<string, string>;
  let unfinished: number;
  let kept: () => Promise<string[]>;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ storage, env, unfinished, kept, close } = await openOne());
  });
  afterEach(() => close());

  const newKey = () => `client_a/claims/2023-07/${randomUUID()}.csv`;

  async function begin(...chunks: (string | Buffer)[]) {
    const upload = await storage.create();
    for (const chunk of chunks) await upload.write(Buffer.from(chunk));
    return upload;
  }

  async function store(key: string, ...chunks: (string | Buffer)[]): Promise<void> {
    await (await begin(...chunks)).commit(key);
  }

  test('what was committed is read, whole and by ranges', async () => {
    const key = newKey();
    await store(key, 'a,b\n', '1,2\n');
    expect(await text(storage.read(key))).toBe('a,b\n1,2\n');
    expect(await text(storage.read(key, { start: 2 }))).toBe('b\n1,2\n');
    expect(await text(storage.read(key, { start: 0, end: 2 }))).toBe('a,b');
    expect(await text(storage.read(key, { start: 4, end: 4 }))).toBe('1');
    expect(await text(storage.read(key, { start: 6, end: 100 }))).toBe('2\n');
    expect(await text(storage.read(key, { start: 8 }))).toBe('');
  });

  test('what was written is read before the commit, and nothing is to be seen under the key', async () => {
    const key = newKey();
    const upload = await begin('a,b\n', '1,2\n');
    expect(await text(upload.read({ start: 0, end: 2 }))).toBe('a,b');
    expect(await text(upload.read())).toBe('a,b\n1,2\n');
    expect(await text(upload.read({ start: 5 }))).toBe(',2\n');
    await expect(text(storage.read(key))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(upload.write(Buffer.from('more'))).rejects.toThrow('not written any more');
    await upload.commit(key);
    expect(await text(storage.read(key))).toBe('a,b\n1,2\n');
    await upload.abort();
    expect(await text(storage.read(key))).toBe('a,b\n1,2\n');
  });

  test('a file may be empty', async () => {
    const key = newKey();
    const upload = await begin();
    expect(await text(upload.read())).toBe('');
    await upload.commit(key);
    expect(await text(storage.read(key))).toBe('');
  });

  test('a file of many parts is kept byte by byte', async () => {
    const key = newKey();
    const pieces = Array.from({ length: 37 }, (_, i) => randomBytes(MiB / 2 + i * 1001));
    const whole = Buffer.concat(pieces);
    const upload = await begin(...pieces);
    const tail = await bytesOf(upload.read({ start: whole.length - 70_000 }));
    expect(tail.equals(whole.subarray(-70_000))).toBe(true);
    await upload.commit(key);
    expect((await bytesOf(storage.read(key))).equals(whole)).toBe(true);
    const middle = await bytesOf(storage.read(key, { start: 8 * MiB - 3, end: 8 * MiB + 3 }));
    expect(middle.equals(whole.subarray(8 * MiB - 3, 8 * MiB + 4))).toBe(true);
  });

  test('an upload that is given up leaves nothing, wherever it was', async () => {
    const before = await kept();
    const unwritten = await begin();
    const small = await begin('a,b\n');
    const large = await begin(...Array.from({ length: 20 }, () => Buffer.alloc(MiB)));
    const read = await begin('a,b\n');
    await text(read.read());
    for (const upload of [unwritten, small, large, read]) {
      await upload.abort();
      await upload.abort();
    }
    expect(await kept()).toEqual(before);
  });

  test('a commit leaves the file and nothing else', async () => {
    const before = await kept();
    const key = newKey();
    await store(key, ...Array.from({ length: 20 }, () => Buffer.alloc(MiB)));
    const added = (await kept()).filter((path) => !before.includes(path));
    expect(added).toEqual([expect.stringMatching(`${key}$`)]);
    await storage.remove(key);
    expect(await kept()).toEqual(before);
  });

  test('a reader that loses interest harms nobody', async () => {
    const key = newKey();
    await store(key, ...Array.from({ length: 12 }, () => Buffer.alloc(MiB)));
    for await (const _ of storage.read(key)) break;
    const reading = storage.read(key);
    reading.destroy();
    expect(await text(storage.read(key, { start: 0, end: 1 }))).toBe('\0\0');
  });

  test('what is removed is gone, and may be removed again', async () => {
    const key = newKey();
    await store(key, 'a');
    await storage.remove(key);
    await storage.remove(key);
    await expect(text(storage.read(key))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(text(storage.read(key, { start: 0, end: 9 }))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('keys do not lead out of the storage', async () => {
    for (const key of ['../incoming/x', 'a/../../x', '/etc/passwd', 'a//b', '']) {
      const upload = await begin('a');
      await expect(upload.commit(key)).rejects.toThrow('leads out of the storage');
      await upload.abort();
      expect(() => storage.read(key)).toThrow('leads out of the storage');
    }
  });

  test('lists what was committed, with its size and time, and nothing else', async () => {
    expect(await listed(storage)).toEqual([]);
    const [first, second, third] = [newKey(), newKey(), `client_b/claims/2023-08/${randomUUID()}.xlsx`];
    const before = Date.now();
    await store(first, 'one');
    await store(second, 'three');
    await store(third, 'gone');
    const underWay = await begin('on its way');
    await storage.remove(third);

    const found = await listed(storage);
    const wanted: [string, number][] = [
      [first, 3],
      [second, 5],
    ];
    expect(found.map(({ key, size }) => [key, size]).sort()).toEqual(wanted.sort());
    // Clocks of storages count in seconds at the coarsest.
    for (const { modified } of found) expect(Math.abs(modified.getTime() - before)).toBeLessThan(60_000);
    await underWay.abort();
  });

  test('sweeps what a killed process has begun, once it is old, and no file', async () => {
    const key = newKey();
    await store(key, 'a file');
    const script = fileURLToPath(new URL('../../test/setup/unfinished-uploads.ts', import.meta.url));
    const writer = spawn(process.execPath, [script], { env: { ...process.env, ...env } });
    await until(async () => (await kept()).length === 1 + unfinished, 'the uploads to be under way');
    writer.kill('SIGKILL');
    await once(writer, 'exit');

    expect(await storage.sweep(new Date(Date.now() - 60_000))).toBe(0);
    expect(await kept()).toHaveLength(1 + unfinished);
    expect(await storage.sweep(new Date(Date.now() + 60_000))).toBe(2);
    expect(await storage.sweep(new Date(Date.now() + 60_000))).toBe(0);
    expect(await kept()).toEqual([expect.stringMatching(`${key}$`)]);
    expect(await text(storage.read(key))).toBe('a file');
  });

  test('says that it can be written to', async () => {
    await storage.check();
  });
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function listed(storage: Storage): Promise<Stored[]> {
  const found: Stored[] = [];
  for await (const stored of storage.list()) found.push(stored);
  return found;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
