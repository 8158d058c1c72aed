import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryStorage } from './directory.ts';
import type { Storage, Stored } from './storage.ts';

/** A storage of its own, and how to be rid of it. */
interface Opened {
  storage: Storage;
  close(): Promise<void>;
}

async function openDirectory(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-storage-'));
  return {
    storage: await DirectoryStorage.open(pathToFileURL(folder)),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

describe.each([{ name: 'a directory', open: openDirectory }])('$name', ({ open }) => {
  let storage: Storage;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ storage, close } = await open());
  });
  afterEach(() => close());

  const newKey = () => `client_a/claims/2023-07/${randomUUID()}.csv`;

  async function store(key: string, content: string): Promise<void> {
    const upload = await storage.create();
    await upload.write(Buffer.from(content));
    await upload.commit(key);
  }

  test('lists what was committed, with its size and time, and nothing else', async () => {
    expect(await listed(storage)).toEqual([]);
    const [first, second, third] = [newKey(), newKey(), `client_b/claims/2023-08/${randomUUID()}.xlsx`];
    const before = Date.now();
    await store(first, 'one');
    await store(second, 'three');
    await store(third, 'gone');
    const open = await storage.create();
    await open.write(Buffer.from('on its way'));
    await storage.remove(third);

    const found = await listed(storage);
    expect(found.map(({ key, size }) => [key, size]).sort()).toEqual(
      [
        [first, 3],
        [second, 5],
      ].sort(),
    );
    // Clocks of storages count in seconds at the coarsest.
    for (const { modified } of found) expect(Math.abs(modified.getTime() - before)).toBeLessThan(60_000);
    await open.abort();
  });
});

async function listed(storage: Storage): Promise<Stored[]> {
  const found: Stored[] = [];
  for await (const stored of storage.list()) found.push(stored);
  return found;
}
