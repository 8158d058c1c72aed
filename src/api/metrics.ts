import type Router from '@koa/router';
import type Koa from 'koa';
import { Counter, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../platform/metrics.ts';

/** Counts and times requests by route, never by path: paths hold ids. Every route is told from the start. */
export function measured(registry: Registry, router: Router): Koa.Middleware {
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
  for (const { methods, path } of router.stack) {
    for (const method of methods.filter((name) => name !== 'HEAD')) {
      const labels = { method, route: String(path) };
      duration.zero(labels);
      requests.inc({ ...labels, status: method === 'POST' ? '202' : '200' }, 0);
    }
  }
  return async (ctx, next) => {
    const started = performance.now();
    await next();
    const labels = { method: ctx.method, route: (ctx.routerPath as string | undefined) ?? 'none' };
    requests.inc({ ...labels, status: String(ctx.status) });
    duration.observe(labels, (performance.now() - started) / 1000);
  };
}
