import type { FileRow } from '../files/ledger.ts';
import { exportTableSql } from '../load/tables.ts';
import { type Pool, transaction } from '../platform/database.ts';
import { RUN_LOCK } from './runs.ts';

const FIND = `
  select id, client, file_type, state, storage_key from ingest.file
   where state in ('superseded', 'deleted') and purged_at is null
   order by sequence limit 100`;
const ACTIVE = `select exists (select from ingest.run where state = 'running') as active`;

/**
 * Takes the rows of superseded and deleted files out of `export`, and a deleted file's rejected rows too, unless a run
 * is active: a run reads the files that it froze.
 * @param removeBytes forgets a deleted file's bytes
 * @returns how many files were purged
 */
export async function purgeReplaced(
  pool: Pool,
  removeBytes: (storageKey: string) => Promise<void>,
): Promise<number> {
  const purged = await transaction(pool, async (client) => {
    await client.query(RUN_LOCK);
    if ((await client.query<{ active: boolean }>(ACTIVE)).rows[0]!.active) return [];
    const { rows } = await client.query<FileRow>(FIND);
    for (const [, files] of Map.groupBy(rows, (file) => exportTableSql(file)))
      await client.query(`delete from ${exportTableSql(files[0]!)} where _file_id = any($1::uuid[])`, [
        files.map((file) => file.id),
      ]);
    await client.query(
      `delete from ingest.rejected_row where file_id in (select id from ingest.file where id = any($1::uuid[]) and state = 'deleted')`,
      [rows.map((file) => file.id)],
    );
    await client.query('update ingest.file set purged_at = clock_timestamp() where id = any($1::uuid[])', [
      rows.map((file) => file.id),
    ]);
    return rows;
  });
  for (const file of purged) if (file.state === 'deleted') await removeBytes(file.storage_key);
  return purged.length;
}
