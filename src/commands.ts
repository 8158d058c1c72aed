import { setTimeout as delay } from 'node:timers/promises';
import Table from 'cli-table3';
import { readFeeds } from './files/feeds.ts';
import { readStatus } from './files/status.ts';
import { ensureExportTable } from './load/tables.ts';
import { type Config, readConfig } from './platform/config.ts';
import {
  Connection,
  connectionSettings,
  createPool,
  isDatabaseError,
  SqlState,
} from './platform/database.ts';
import { migrate } from './platform/migrate.ts';
import { TlsError } from './platform/tls.ts';

/** No colours: the output may go into a file. */
const PLAIN = { head: [], border: [] };

/** Pause between two attempts to reach a database that is not there yet. */
const LOOK_EVERY_MS = 1000;

/**
 * `waymark migrate`: the ledger's tables, and one table a feed, so that dbt finds them before the first file. Safe to call
 * from many processes at once.
 * @param options.wait how long, in seconds, a database that cannot be reached is waited for
 */
export async function migrateAll({ wait }: { wait: number }): Promise<void> {
  const config = readConfig(process.env, 'postgres', 'feeds');
  const feeds = await readFeeds(config.FEEDS_DIR);
  await untilReachable(config, Date.now() + wait * 1000);
  const { applied, withoutRoles } = await migrate(config, readConfig(process.env, 'logins'));
  if (withoutRoles) console.warn(`Every part has the rights of its login: ${withoutRoles.message}`);
  console.log(applied.length > 0 ? `applied: ${applied.join(', ')}` : 'the ledger is up to date');
  const pool = createPool(config, 'migrate', () => {}, { as: 'consumer' });
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

/** @throws the last attempt's error, once `deadline` has passed or where it is no question of time: a wrong password or certificate */
async function untilReachable(config: Config<'postgres'>, deadline: number): Promise<void> {
  for (;;) {
    const client = new Connection({ ...connectionSettings(config), connectionTimeoutMillis: 5000 });
    client.on('error', () => {}); // What matters of it is told by `connect`.
    try {
      await client.connect();
      return;
    } catch (error) {
      // An answer that is not "I am starting up" (57P03) will not change.
      if (isDatabaseError(error) && error.code !== SqlState.cannotConnectNow) throw error;
      if (error instanceof TlsError) throw error;
      if (Date.now() > deadline) throw error;
      await delay(LOOK_EVERY_MS);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** The latest of them, and how many there are besides. */
const late = (periods: string[]): string =>
  periods.length <= 3
    ? periods.join(', ')
    : `${periods.slice(-3).join(', ')} and ${periods.length - 3} before`;

/** `waymark status`: a look at the ledger. */
export async function showStatus(): Promise<void> {
  const config = readConfig(process.env, 'postgres', 'feeds');
  const { all } = await readFeeds(config.FEEDS_DIR);
  const pool = createPool(config, 'status', () => {});
  try {
    const status = await readStatus(pool, all);
    const files = new Table({ head: ['files', 'count'], style: PLAIN });
    for (const { state, count } of status.files) files.push([state, count]);
    files.push(['messages unsent', status.unsent]);
    const feeds = new Table({ head: ['feeds', 'last period', 'late'], style: PLAIN });
    for (const { client, file_type, last_period, late_periods } of status.feeds)
      feeds.push([`${client} ${file_type}`, last_period ?? '', late(late_periods)]);
    const runs = new Table({ head: ['runs', 'reason', 'requested', 'ended'], style: PLAIN });
    for (const run of status.runs)
      runs.push([run.state, run.reason, run.requested_at.toISOString(), run.ended_at?.toISOString() ?? '']);
    console.log(`${files}\n${feeds}\n${runs}`);
  } finally {
    await pool.end();
  }
}
