/**
 * Loads files as a consumer does when their messages come, and ends: `node bench/load/consume.ts FILE_ID…`, all of them at
 * once. Prints what `takeMessage` answered and the peak of its memory.
 */
import { ConsumerMetrics } from '../../src/consumer/metrics.ts';
import { takeMessage } from '../../src/consumer/take.ts';
import { readFeeds } from '../../src/files/feeds.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { createRegistry } from '../../src/platform/metrics.ts';
import { openStorage } from '../../src/storage/open.ts';

const ids = process.argv.slice(2);
const config = readConfig(process.env, 'postgres', 'storage', 'feeds', 'consumer', 'workbook');
const feeds = await readFeeds(config.FEEDS_DIR);
const pool = createPool(config, 'consumer', () => {}, { as: 'consumer', max: ids.length * 2 + 2 });
const taking = {
  log: createLog('consumer', 'warn'),
  metrics: new ConsumerMetrics(createRegistry('consumer'), feeds.all, ids.length),
  storage: await openStorage(config),
  pool,
  feeds,
  maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
  maxAttempts: 1,
  retryBaseSeconds: 0,
  stopping: new AbortController().signal,
};
const answers = await Promise.all(ids.map((id) => takeMessage(id, taking)));
await pool.end();
if (answers.some((answer) => answer !== 'ack')) throw new Error(`not loaded: ${answers.join(', ')}`);
