import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Config } from './config.ts';
import { connectionSettings } from './database.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any number that nobody else uses: one migration at a time, the others wait for it. */
const MIGRATION_LOCK = 7_349_021;

/**
 * Brings the ledger's tables to their newest form. Safe to call from many processes at once.
 * @returns the names of the migrations that were applied
 */
export async function migrate(config: Config<'postgres'>): Promise<string[]> {
  const client = new pg.Client({ ...connectionSettings(config), application_name: 'waymark-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS,
      direction: 'up',
      migrationsTable: 'waymark_migration',
      migrationsSchema: 'public',
      noLock: true,
      log: () => {},
    });
    return applied.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}
