import { readFeeds } from '../files/feeds.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { listen, probesOnly } from '../platform/http.ts';
import { live } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';
import { decodeMessage } from '../queue/topology.ts';
import { openStorage } from '../storage/open.ts';
import { ConsumerMetrics } from './metrics.ts';
import { type Subscription, subscribe } from './subscription.ts';
import { type Taking, takeMessage } from './take.ts';

/** The consumer: takes messages, loads their files, acks after the commit. */
export const consumer = () =>
  live('consumer', async ({ log, stopping, onStop }) => {
    const config = readConfig(
      process.env,
      'postgres',
      'amqp',
      'storage',
      'feeds',
      'consumer',
      'workbook',
      'metrics',
    );
    const registry = createRegistry('consumer');
    const feeds = await readFeeds(config.FEEDS_DIR);
    const storage = await openStorage(config);
    const pool = createPool(
      config,
      'consumer',
      (error) => log.warn({ err: error }, 'an idle database connection was lost'),
      { as: 'consumer', max: config.CONSUMER_PREFETCH * 2 + 2, pinpoint: true },
    );
    onStop(() => pool.end());
    const taking: Taking = {
      log,
      stopping,
      pool,
      storage,
      feeds,
      metrics: new ConsumerMetrics(registry, feeds.all, config.CONSUMER_PREFETCH),
      maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
      maxAttempts: config.MAX_ATTEMPTS,
      retryBaseSeconds: config.RETRY_BASE_SECONDS,
    };

    let subscription: Subscription | undefined;
    const server = await listen(
      probesOnly(registry, {
        database: () => pool.query('select 1'),
        broker: async () => {
          if (!subscription?.active()) throw new Error('not consuming');
        },
        storage: () => storage.check(),
      }),
      { host: config.METRICS_HOST, port: config.METRICS_PORT },
    );
    onStop(() => server.close());

    subscription = await subscribe(config, config.CONSUMER_PREFETCH, log, async ({ content }) => {
      const fileId = decodeMessage(content);
      if (fileId) return takeMessage(fileId, taking);
      log.error('a message names no file: to the dead letters');
      return 'dead';
    });
    // Registered last, so that it is the first to stop: no more work is taken.
    onStop(() => subscription?.stop());
  });
