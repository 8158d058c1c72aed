import Koa from 'koa';
import { countFeeds } from '../files/feed-metrics.ts';
import { readFeeds } from '../files/feeds.ts';
import { countLedger, countWaiting } from '../files/metrics.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { guarded, listen, probes } from '../platform/http.ts';
import { live, repeat } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';
import { openStorage } from '../storage/open.ts';
import { sweepOrphans } from '../storage/orphans.ts';
import { countRuns } from '../transform/metrics.ts';
import { purgeReplaced } from '../transform/purge.ts';
import { openAccess } from './access.ts';
import { auth } from './auth.ts';
import { measured } from './metrics.ts';
import { problems } from './problems.ts';
import { startRelay } from './relaying.ts';
import { routes } from './routes.ts';

/** A large file over a slow line may take this long to come in, in milliseconds. */
const REQUEST_DEADLINE_MS = 60 * 60_000;
/** Rows of superseded and deleted files leave `export` so often; dbt does not read them, so there is no haste. */
const PURGE_EVERY_SECONDS = 10;
/** The storage is looked through for what a crash left so often, and more often where less grace is given. */
const SWEEP_EVERY_SECONDS = 10 * 60;

/** The API, the relay that publishes what it accepted, and the purge of what it took out. */
export const api = () =>
  live('api', async ({ log, stopping, onStop }) => {
    const config = readConfig(process.env, 'postgres', 'amqp', 'storage', 'feeds', 'api', 'oidc', 'workbook');
    const registry = createRegistry('api');
    const feeds = await readFeeds(config.FEEDS_DIR);
    const storage = await openStorage(config);
    const pool = createPool(
      config,
      'api',
      (error) => log.warn({ err: error }, 'an idle database connection was lost'),
      { as: 'api' },
    );
    onStop(() => pool.end());
    countLedger(registry, pool, feeds.all);
    countFeeds(registry, pool, feeds.all);
    countWaiting(registry, pool);
    countRuns(registry, pool);
    const relay = await startRelay(config, pool, log);
    onStop(() => relay.stop());
    const purging = repeat(
      async () => {
        const files = await purgeReplaced(pool, (key) => storage.remove(key));
        if (files > 0) log.info({ files }, 'rows of superseded and deleted files were taken out');
      },
      {
        everySeconds: PURGE_EVERY_SECONDS,
        signal: stopping,
        onError: (error) => log.warn({ err: error }, 'superseded and deleted files were not taken out'),
      },
    );
    onStop(() => purging);
    const graceSeconds = config.ORPHAN_GRACE_SECONDS;
    const sweeping = repeat(
      async () => {
        const before = new Date(Date.now() - graceSeconds * 1000);
        const uploads = await storage.sweep(before);
        const files = await sweepOrphans(pool, storage, before);
        if (uploads + files > 0)
          log.warn({ uploads, files }, 'bytes that a crash left without a file were forgotten');
      },
      {
        everySeconds: Math.min(SWEEP_EVERY_SECONDS, graceSeconds),
        signal: stopping,
        onError: (error) => log.warn({ err: error }, 'the storage was not swept'),
      },
    );
    onStop(() => sweeping);

    const access = await openAccess(config, { log, stopping, onStop });
    const router = routes({
      pool,
      storage,
      feeds,
      maxUploadBytes: config.MAX_UPLOAD_BYTES,
      maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
      maxConcurrent: config.MAX_CONCURRENT_UPLOADS,
      stallSeconds: config.UPLOAD_STALL_SECONDS,
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
    app.use(guarded());
    app.use(measured(registry, router));
    app.use(problems(log));
    app.use(probes(registry, { database: () => pool.query('select 1'), storage: () => storage.check() }));
    app.use(auth(access, pool, log));
    app.use(router.routes());
    app.use(router.allowedMethods());

    const address = { host: config.API_HOST, port: config.API_PORT };
    const server = await listen(app, address, {
      headersTimeout: config.API_HEADERS_TIMEOUT_SECONDS * 1000,
      requestTimeout: REQUEST_DEADLINE_MS,
    });
    onStop(() => server.close());
    log.info({ port: server.port }, 'listening');
  });
