import { once } from 'node:events';
import type { Server } from 'node:http';
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

/** Starts to listen. @throws the listen error, for example EADDRINUSE, with the port in its message */
export async function listen(
  app: Koa,
  address: { host: string; port: number },
  tune: (server: Server) => void = () => {},
): Promise<Listening> {
  const server = app.listen(address.port, address.host);
  tune(server);
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
