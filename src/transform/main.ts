import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { listen, probesOnly } from '../platform/http.ts';
import { live, repeat } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';
import { brokerCa } from '../queue/connection.ts';
import { managedQueue, managementBeside, readQueueDepth } from '../queue/depth.ts';
import { TransformLoop } from './loop.ts';
import { TransformMetrics } from './metrics.ts';
import { lastSuccessAt } from './runs.ts';

/** The local transformation loop: runs dbt as a process once the pipeline has drained. */
export const transform = () =>
  live('transform', async ({ log, stopping, onStop }) => {
    const config = readConfig(process.env, 'postgres', 'amqp', 'transform', 'dbt', 'metrics');
    const managementUrl = config.RABBITMQ_MANAGEMENT_URL ?? managementBeside(config.AMQP_URL);
    const registry = createRegistry('transform');
    const metrics = new TransformMetrics(registry);
    const pool = createPool(
      config,
      'transform',
      (error) => log.warn({ err: error }, 'an idle database connection was lost'),
      { as: 'transform' },
    );
    onStop(() => pool.end());
    const lastSuccess = await lastSuccessAt(pool);
    if (lastSuccess) metrics.succeededAt(lastSuccess);

    const server = await listen(probesOnly(registry, { database: () => pool.query('select 1') }), {
      host: config.METRICS_HOST,
      port: config.METRICS_PORT,
    });
    onStop(() => server.close());
    const depth = () => readQueueDepth(managedQueue(managementUrl, config.AMQP_URL, brokerCa(config)));
    metrics.watchQueue(depth);
    const loop = new TransformLoop({
      pool,
      config,
      depth,
      metrics,
      log,
      stopping,
    });
    const looping = repeat(() => loop.step(), {
      everySeconds: config.POLL_INTERVAL_SECONDS,
      signal: stopping,
      onError: (error) => log.warn({ err: error }, 'a look at the pipeline failed'),
    });
    onStop(async () => {
      await looping;
      await loop.idle();
    });
  });
