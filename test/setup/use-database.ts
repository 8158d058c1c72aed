import { afterAll, beforeAll } from 'vitest';
import type { Config } from '../../src/platform/config.ts';
import { createPool, type Pool } from '../../src/platform/database.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export interface Used {
  config: Config<'postgres'>;
  pool: Pool;
}

/** Gives the tests of a file a database of their own and connections to it, until the last of them has ended. */
export function useDatabase(): Used {
  let database: TestDatabase;
  const used = {} as Used;
  beforeAll(async () => {
    database = await createTestDatabase();
    used.config = database.config;
    used.pool = createPool(database.config, 'test', () => {});
  });
  afterAll(async () => {
    await used.pool?.end();
    await database?.drop();
  });
  return used;
}
