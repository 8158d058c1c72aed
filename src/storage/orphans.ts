import type { Pool } from '../platform/database.ts';
import type { Storage } from './storage.ts';

/** Keys that the ledger is asked about at once. */
const BATCH = 1000;

const UNKNOWN = `
  select key from unnest($1::text[]) key
   where not exists (select from ingest.file where storage_key = key)`;

/**
 * Forgets bytes that no file of the ledger names: what lay between storage and ledger was cut off, and whoever sent them has
 * got no 202.
 * @param before only what is older: younger bytes may be about to get their file
 * @returns how many were forgotten
 */
export async function sweepOrphans(pool: Pool, storage: Storage, before: Date): Promise<number> {
  let swept = 0;
  const sweep = async (keys: string[]) => {
    const { rows } = await pool.query<{ key: string }>(UNKNOWN, [keys]);
    for (const { key } of rows) await storage.remove(key);
    swept += rows.length;
  };
  let keys: string[] = [];
  for await (const { key, modified } of storage.list()) {
    if (modified >= before) continue;
    keys.push(key);
    if (keys.length < BATCH) continue;
    await sweep(keys);
    keys = [];
  }
  if (keys.length > 0) await sweep(keys);
  return swept;
}
