import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { createPool, type Pool } from '../platform/database.ts';
import { DirectoryStorage } from './directory.ts';
import { sweepOrphans } from './orphans.ts';
import type { Storage } from './storage.ts';

let database: TestDatabase;
let pool: Pool;
let folder: string;
let storage: Storage;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.config, 'test', () => {});
  folder = await mkdtemp(join(tmpdir(), 'waymark-orphans-'));
  storage = await DirectoryStorage.open(pathToFileURL(folder));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function store(key: string): Promise<string> {
  const upload = await storage.create();
  await upload.write(Buffer.from('bytes'));
  await upload.commit(key);
  return key;
}

const accept = (key: string, state: string) =>
  pool.query(
    `insert into ingest.file (client, file_type, period, delivery, state, name, format, size_bytes, sha256, storage_key, columns)
     values ('client_b', 'claims', '2023-07', 'incremental', $2, 'a.csv', 'csv', 5, $3, $1, '{}')`,
    [key, state, randomUUID().replaceAll('-', '').padEnd(64, '0')],
  );

test('bytes that no file names are forgotten once they are old enough, and no others', async () => {
  const orphan = await store('client_b/claims/2023-07/orphan.csv');
  const kept = [];
  for (const state of ['received', 'loaded', 'failed', 'superseded', 'deleted']) {
    const key = await store(`client_b/claims/2023-07/${state}.csv`);
    await accept(key, state);
    kept.push(key);
  }
  const keys = async () => {
    const found = [];
    for await (const { key } of storage.list()) found.push(key);
    return found.toSorted();
  };

  expect(await sweepOrphans(pool, storage, new Date(Date.now() - 60_000))).toBe(0);
  expect(await keys()).toEqual([...kept, orphan].toSorted());
  expect(await sweepOrphans(pool, storage, new Date(Date.now() + 60_000))).toBe(1);
  expect(await keys()).toEqual(kept.toSorted());
});
