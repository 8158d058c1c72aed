import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import type { Registry } from 'prom-client';

/** Answers what a role needs to do its work: a name and a check that throws when it is not there. */
export type Readiness = Record<string, () => Promise<unknown>>;

/** Middleware for `/healthz` (the process lives), `/readyz` (it can do its work) and `/metrics`. */
export function probes(registry: Registry, readiness: Readiness): Koa.Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    if (ctx.path === '/healthz') ctx.body = { status: 'ok' };
    else if (ctx.path === '/readyz') {
      const names = Object.keys(readiness);
      const checks = await Promise.allSettled(names.map(async (name) => readiness[name]!()));
      const missing = names.filter((_, i) => checks[i]!.status === 'rejected');
      ctx.status = missing.length === 0 ? 200 : 503;
      ctx.body = missing.length === 0 ? { status: 'ready' } : { status: 'not ready', missing };
    } else if (ctx.path === '/metrics') {
      ctx.set('content-type', registry.contentType);
      ctx.body = await registry.metrics();
    } else return next();
  };
}

/** A server that has probes and nothing else, for roles that are not asked anything over HTTP. */
export function probesOnly(registry: Registry, readiness: Readiness): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(probes(registry, readiness));
  return app;
}

const IDLE_LOOK_MS = 50;

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** More of them than any client that we know of sends. */
const MAX_HEADER_BYTES = 16 * 1024;
/** How often a server looks for requests that take too long. */
const LOOK_FOR_SLOW_MS = 1000;

/** What no answer needs, so that a browser does nothing with it but show it; pages have policies of their own. */
const BARE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Middleware for headers that tell browsers what not to do; `no-store`, as answers may be of patients, unless a page says otherwise. */
export function guarded(): Koa.Middleware {
  return async (ctx, next) => {
    ctx.set({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': BARE,
      'cache-control': 'no-store',
    });
    await next();
  };
}

/**
 * Starts to listen. A head of a request is bounded in size and time; `limits` bound more.
 * @throws the listen error, for example EADDRINUSE, with the port in its message
 */
export async function listen(
  app: Koa,
  address: { host: string; port: number },
  limits: Pick<ServerOptions, 'headersTimeout' | 'requestTimeout'> = {},
): Promise<Listening> {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: LOOK_FOR_SLOW_MS,
    ...limits,
  };
  const server = createServer(options, app.callback()).listen(address.port, address.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // A connection is idle only once its request is answered: look again until none is left.
      const closing = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
      await closed;
      clearInterval(closing);
    },
  };
}
