import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { type Config, loginVariable } from './config.ts';
import { Connection, connectionSettings } from './database.ts';
import { setUpRoles } from './logins.ts';
import { PARTS, RolesMissing } from './roles.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any number that nobody else uses: one migration at a time, the others wait for it. */
const MIGRATION_LOCK = 7_349_021;

export interface Migrated {
  /** The names of the migrations that were applied. */
  applied: string[];
  /** Why the parts work with the rights of their logins; undefined where they have roles of their own. */
  withoutRoles?: RolesMissing;
}

/**
 * Brings the ledger's tables to their newest form, and what each part may do with them. Safe to call from many processes
 * at once.
 * @throws RolesMissing where logins are wanted and cannot be made; without any, what is there works with one login, too
 */
export async function migrate(config: Config<'postgres'>, logins?: Config<'logins'>): Promise<Migrated> {
  const client = new Connection({ ...connectionSettings(config), application_name: 'waymark-migrate' });
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
    const names = applied.map((migration) => migration.name);
    try {
      await setUpRoles(client, config, logins);
    } catch (error) {
      const others = PARTS.some(
        (part) => (logins?.[loginVariable(part, 'USER')] ?? config.POSTGRES_USER) !== config.POSTGRES_USER,
      );
      if (!(error instanceof RolesMissing) || others) throw error;
      return { applied: names, withoutRoles: error };
    }
    return { applied: names };
  } finally {
    await client.end();
  }
}
