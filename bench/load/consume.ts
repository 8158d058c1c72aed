/**
 * Loads files as a consumer does when their messages come, and ends: `node bench/load/consume.ts AT_ONCE FILE_ID…`, so many
 * of them at a time.
 */
import { ConsumerMetrics } from '../../src/consumer/metrics.ts';
import { takeMessage } from '../../src/consumer/take.ts';
import { readFeeds } from '../../src/files/feeds.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { createRegistry } from '../../src/platform/metrics.ts';
import { openStorage } from '../../src/storage/open.ts';

const [atOnce, ...ids] = process.argv.slice(2);
const prefetch = Number(atOnce);
const config = readConfig(process.env, 'postgres', 'storage', 'feeds', 'consumer', 'workbook');
const feeds = await readFeeds(config.FEEDS_DIR);
const pool = createPool(config, 'consumer', () => {}, { as: 'consumer', max: prefetch * 2 + 2 });
const taking = {
  log: createLog('consumer', 'warn'),
  metrics: new ConsumerMetrics(createRegistry('consumer'), feeds.all, prefetch),
  storage: await openStorage(config),
  pool,
  feeds,
  maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
  maxAttempts: 1,
  retryBaseSeconds: 0,
  stopping: new AbortController().signal,
};
await Promise.all(Array.from({ length: prefetch }, takeInTurn));
await pool.end();

async function takeInTurn(): Promise<void> {
  for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
    const answer = await takeMessage(id, taking);
    if (answer !== 'ack') throw new Error(`${id} is not loaded: ${answer}`);
  }
}
