import { createHash } from 'node:crypto';
import Koa from 'koa';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { guarded, listen, probes } from '../platform/http.ts';
import { live } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';

const NEWEST = `
  select a.body, a.created_at, r.id as run_id
    from ingest.run_artifact a join ingest.run r on r.id = a.run_id
   where a.name = 'docs.html' and r.state = 'succeeded'
   order by r.ended_at desc limit 1`;

const NO_RUN_YET = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<title>Waymark</title></head><body><h1>No documentation yet</h1>
<p>It is made by the first successful run. This page looks again every five seconds.</p></body></html>`;

/**
 * dbt's page is one file with all that it needs within: its scripts run, by their hashes, and no other; it asks nobody for
 * anything. Its styles are set by script, and its pictures are within.
 */
function policy(page: string): string {
  const hashes = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.length > 0 ? hashes.join(' ') : "'none'"}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The docs server: the dbt documentation of the last successful run. */
export const docs = () =>
  live('docs', async ({ log, onStop }) => {
    const config = readConfig(process.env, 'postgres', 'docs');
    const registry = createRegistry('docs');
    const pool = createPool(
      config,
      'docs',
      (error) => log.warn({ err: error }, 'an idle database connection was lost'),
      { as: 'docs' },
    );
    onStop(() => pool.end());
    const app = new Koa();
    app.on('error', (error) => log.warn({ err: error }, 'a page could not be served'));
    app.use(guarded());
    app.use(probes(registry, { database: () => pool.query('select 1') }));
    app.use(async (ctx) => {
      if (ctx.path !== '/' && ctx.path !== '/index.html') return;
      const newest = (await pool.query<{ body: Buffer; created_at: Date; run_id: string }>(NEWEST)).rows[0];
      ctx.type = 'html';
      ctx.set('cache-control', 'no-cache');
      ctx.set('content-security-policy', policy(newest?.body.toString() ?? ''));
      if (newest) {
        ctx.etag = newest.run_id;
        ctx.lastModified = newest.created_at;
        ctx.body = newest.body;
        if (ctx.fresh) ctx.status = 304;
      } else ctx.body = NO_RUN_YET;
    });
    const server = await listen(app, { host: config.DOCS_HOST, port: config.DOCS_PORT });
    onStop(() => server.close());
    log.info({ port: server.port }, 'listening');
  });
