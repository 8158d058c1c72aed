import Koa from 'koa';
import { Counter, Histogram, type Registry } from 'prom-client';
import { readFeeds } from '../files/feeds.ts';
import { countFiles, countOutbox } from '../files/metrics.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { listen, probes } from '../platform/http.ts';
import { live } from '../platform/lifecycle.ts';
import { createRegistry, DURATION_BUCKETS } from '../platform/metrics.ts';
import { openStorage } from '../storage/open.ts';
import { auth } from './auth.ts';
import { problems } from './problems.ts';
import { startRelay } from './relaying.ts';
import { routes } from './routes.ts';

/** A large file over a slow line may take this long to come in, in milliseconds. */
const REQUEST_DEADLINE_MS = 60 * 60_000;

/** The API, and the relay that publishes what it accepted. */
export const api = () =>
  live('api', async ({ log, onStop }) => {
    const config = readConfig(process.env, 'postgres', 'amqp', 'storage', 'feeds', 'api', 'workbook');
    const registry = createRegistry('api');
    const feeds = await readFeeds(config.FEEDS_DIR);
    const storage = await openStorage(config.STORAGE_URL);
    const swept = await storage.sweep(new Date(Date.now() - 2 * REQUEST_DEADLINE_MS));
    if (swept > 0) log.warn({ uploads: swept }, 'uploads that a killed API left half done were forgotten');
    const pool = createPool(config, 'api', (error) =>
      log.warn({ err: error }, 'an idle database connection was lost'),
    );
    onStop(() => pool.end());
    countFiles(registry, pool);
    countOutbox(registry, pool);
    const relay = await startRelay(config.AMQP_URL, pool, log);
    onStop(() => relay.stop());

    const router = routes({
      pool,
      storage,
      feeds,
      maxUploadBytes: config.MAX_UPLOAD_BYTES,
      maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
      onAccepted(file) {
        log.info(
          { file_id: file.id, client: file.client, file_type: file.file_type, period: file.period },
          'accepted',
        );
        relay.nudge();
      },
    });
    const app = new Koa();
    app.on('error', (error) => log.warn({ err: error }, 'a response could not be sent'));
    app.use(measured(registry));
    app.use(problems(log));
    app.use(probes(registry, { database: () => pool.query('select 1'), storage: () => storage.check() }));
    app.use(auth(config.API_TOKEN));
    app.use(router.routes());
    app.use(router.allowedMethods());

    const server = await listen(app, { host: config.API_HOST, port: config.API_PORT }, (http) => {
      http.requestTimeout = REQUEST_DEADLINE_MS;
    });
    onStop(() => server.close());
    log.info({ port: server.port }, 'listening');
  });

/** Counts and times requests by route, never by path: paths hold ids. */
function measured(registry: Registry): Koa.Middleware {
  const requests = new Counter({
    name: 'waymark_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'waymark_http_request_duration_seconds',
    help: 'Time from the first byte of a request to its answer.',
    labelNames: ['method', 'route'] as const,
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return async (ctx, next) => {
    const started = performance.now();
    await next();
    const labels = { method: ctx.method, route: (ctx.routerPath as string | undefined) ?? 'none' };
    requests.inc({ ...labels, status: String(ctx.status) });
    duration.observe(labels, (performance.now() - started) / 1000);
  };
}
