import type { Feed } from '../files/feeds.ts';
import { exportTable } from '../files/names.ts';
import { identifier, isDatabaseError, type Pool, SqlState, transaction } from '../platform/database.ts';
import { FileRejected } from './rejection.ts';

const FIND_COLUMNS = `
  select a.attname as name from pg_attribute a
   where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped`;

/** The schema-qualified, quoted name of a feed's table in `export`. */
export const exportTableSql = (feed: Pick<Feed, 'client' | 'file_type'>): string =>
  `export.${identifier(exportTable(feed))}`;

/**
 * Makes sure that a feed's table exists and has these columns, all text; columns that it has are left alone. In a
 * transaction of its own, so that two loads into one table do not wait for each other because of it.
 * @throws FileRejected where the table would get more columns than Postgres can have
 */
export async function ensureExportTable(pool: Pool, feed: Feed, columns: readonly string[]): Promise<void> {
  const table = exportTableSql(feed);
  const missing = async (db: Pick<Pool, 'query'>) => {
    const found = await db.query<{ name: string }>(FIND_COLUMNS, [table]);
    const names = new Set(found.rows.map((row) => row.name));
    return { exists: names.size > 0, columns: columns.filter((name) => !names.has(name)) };
  };
  const before = await missing(pool);
  if (before.exists && before.columns.length === 0) return;
  try {
    await transaction(pool, async (client) => {
      await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
        `waymark.export:${table}`,
      ]);
      await client.query(
        `create table if not exists ${table}
           (_file_id uuid not null, _row_number bigint not null, _loaded_at timestamptz not null default now())`,
      );
      const now = await missing(client);
      if (now.columns.length > 0)
        await client.query(
          `alter table ${table} ${now.columns.map((name) => `add column ${identifier(name)} text`).join(', ')}`,
        );
    });
  } catch (error) {
    if (isDatabaseError(error) && error.code === SqlState.tooManyColumns)
      throw new FileRejected(
        'too_many_columns',
        'The files of this feed have brought more different columns than a table can hold. Send only the feed’s columns.',
      );
    throw error;
  }
}
