import type { FileRow } from '../files/ledger.ts';
import { exportTableSql } from '../load/tables.ts';
import { type Pool, transaction } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import { RUN_LOCK } from './runs.ts';

const FIND = `
  select id, client, file_type, state, storage_key from ingest.file
   where state in ('superseded', 'deleted') and purged_at is null
   order by sequence limit 100`;
const ACTIVE = `select exists (select from ingest.run where state = 'running') as active`;

/**
 * Takes the rows of superseded and deleted files out of `export`, and a deleted file's rejected rows and bytes too, unless
 * a run is active: a run reads the files that it froze.
 * @param removeBytes forgets a deleted file's bytes; a file whose bytes are gone already is no error
 * @returns how many files were purged
 */
export async function purgeReplaced(
  pool: Pool,
  removeBytes: (storageKey: string) => Promise<void>,
): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query(RUN_LOCK);
    if ((await client.query<{ active: boolean }>(ACTIVE)).rows[0]!.active) return 0;
    const { rows } = await client.query<FileRow>(FIND);
    const ids = (files: FileRow[]) => [files.map((file) => file.id)];
    for (const [table, files] of Map.groupBy(rows, exportTableSql))
      await client.query(`delete from ${table} where _file_id = any($1::uuid[])`, ids(files));
    const deleted = rows.filter((file) => file.state === 'deleted');
    await client.query('delete from ingest.rejected_row where file_id = any($1::uuid[])', ids(deleted));
    // Before the commit: what fails here is done again as a whole.
    for (const file of deleted) await removeBytes(file.storage_key);
    if (rows.length > 0) await faults?.reach('purge.removed');
    await client.query(
      'update ingest.file set purged_at = clock_timestamp() where id = any($1::uuid[])',
      ids(rows),
    );
    return rows.length;
  });
}
