import type { Feed } from '../files/feeds.ts';
import { exportTable } from '../files/names.ts';
import {
  identifier,
  isDatabaseError,
  type Pool,
  prepared,
  type Queryable,
  SqlState,
  transaction,
} from '../platform/database.ts';
import { FileRejected } from './rejection.ts';

const DESCRIBE = prepared(`
  select coalesce(pg_relation_size(to_regclass($1)) / current_setting('block_size')::int, 0) as pages,
         array(select attname::text from pg_attribute
                where attrelid = to_regclass($1) and attnum > 0 and not attisdropped) as columns`);

/** The schema-qualified, quoted name of a feed's table in `export`. */
export const exportTableSql = (feed: Pick<Feed, 'client' | 'file_type'>): string =>
  `export.${identifier(exportTable(feed))}`;

/** A feed's table as it is now: how many pages it has, and its columns; none of either where it is not there. */
export async function describeExportTable(
  db: Queryable,
  feed: Feed,
): Promise<{ pages: number; columns: string[] }> {
  return (await db.query(DESCRIBE([exportTableSql(feed)]))).rows[0];
}

/** Whether a table has all of these columns. */
export const hasColumns = (table: { columns: string[] }, columns: readonly string[]): boolean =>
  table.columns.length > 0 && columns.every((name) => table.columns.includes(name));

/**
 * Makes sure that a feed's table exists and has these columns, all text; columns that it has are left alone. In a
 * transaction of its own, so that two loads into one table do not wait for each other because of it.
 * @throws FileRejected where the table would get more columns than Postgres can have
 */
export async function ensureExportTable(pool: Pool, feed: Feed, columns: readonly string[]): Promise<void> {
  const table = exportTableSql(feed);
  if (hasColumns(await describeExportTable(pool, feed), columns)) return;
  try {
    await transaction(pool, async (client) => {
      await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
        `waymark.export:${table}`,
      ]);
      await client.query(
        `create table if not exists ${table}
           (_file_id uuid not null, _row_number bigint not null, _loaded_at timestamptz not null default now())`,
      );
      const now = await describeExportTable(client, feed);
      const missing = columns.filter((name) => !now.columns.includes(name));
      if (missing.length > 0)
        await client.query(
          `alter table ${table} ${missing.map((name) => `add column ${identifier(name)} text`).join(', ')}`,
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
