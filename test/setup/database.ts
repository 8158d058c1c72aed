import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { query } from '../../src/dev/postgres.ts';
import type { Config } from '../../src/platform/config.ts';

export interface TestDatabase {
  config: Config<'postgres'>;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of its own for a test, with the ledger's tables in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const name = `waymark_test_${randomBytes(8).toString('hex')}`;
  await query(server, 'postgres', `create database ${name} template ${inject('templateDatabase')}`);
  // Rights to a database itself are not copied with it.
  await query(server, 'postgres', `grant create on database ${name} to ${inject('rolePrefix')}_transform`);
  return {
    config: {
      ...server,
      POSTGRES_PORT: Number(server.POSTGRES_PORT),
      POSTGRES_DB: name,
      POSTGRES_ROLE_PREFIX: inject('rolePrefix'),
    },
    async drop() {
      await query(server, 'postgres', `drop database if exists ${name} with (force)`);
    },
  };
}
