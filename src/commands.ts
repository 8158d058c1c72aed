import Table from 'cli-table3';
import { readFeeds } from './files/feeds.ts';
import { readStatus } from './files/status.ts';
import { ensureExportTable } from './load/tables.ts';
import { readConfig } from './platform/config.ts';
import { createPool } from './platform/database.ts';
import { migrate } from './platform/migrate.ts';

/** No colours: the output may go into a file. */
const PLAIN = { head: [], border: [] };

/** `waymark migrate`: the ledger's tables, and one table a feed, so that dbt finds them before the first file. */
export async function migrateAll(): Promise<void> {
  const config = readConfig(process.env, 'postgres', 'feeds');
  const feeds = await readFeeds(config.FEEDS_DIR);
  const applied = await migrate(config);
  console.log(applied.length > 0 ? `applied: ${applied.join(', ')}` : 'the ledger is up to date');
  const pool = createPool(config, 'migrate', () => {});
  try {
    for (const feed of feeds.all)
      await ensureExportTable(
        pool,
        feed,
        feed.columns.map((column) => column.name),
      );
  } finally {
    await pool.end();
  }
  console.log(`export has a table for each of ${feeds.all.length} feeds`);
}

/** `waymark status`: a look at the ledger. */
export async function showStatus(): Promise<void> {
  const pool = createPool(readConfig(process.env, 'postgres'), 'status', () => {});
  try {
    const status = await readStatus(pool);
    const files = new Table({ head: ['files', 'count'], style: PLAIN });
    for (const { state, count } of status.files) files.push([state, count]);
    files.push(['messages unsent', status.unsent]);
    const runs = new Table({ head: ['runs', 'reason', 'requested', 'ended'], style: PLAIN });
    for (const run of status.runs)
      runs.push([run.state, run.reason, run.requested_at.toISOString(), run.ended_at?.toISOString() ?? '']);
    console.log(`${files}\n${runs}`);
  } finally {
    await pool.end();
  }
}
