import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { createPool, isQueryTimeout, type Pool, transaction } from './database.ts';

/** A way to the server on which a test can hold everything up, as a network does that drops a connection silently. */
async function startStallingProxy(host: string, port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(port, host);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    inner.on('close', () => outer.destroy());
    inner.pipe(outer).pipe(inner);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    /** No byte more on the connections that there are; new ones work. */
    stall() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

let database: TestDatabase;
let proxy: Awaited<ReturnType<typeof startStallingProxy>>;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  const { POSTGRES_HOST, POSTGRES_PORT } = database.config;
  proxy = await startStallingProxy(POSTGRES_HOST, POSTGRES_PORT);
  const settings = { ...database.config, POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: proxy.port };
  pool = createPool(settings, 'test', () => {}, { max: 1, queryTimeoutMs: 500 });
});
afterAll(async () => {
  await pool.end();
  proxy.close();
  await database.drop();
});

test('a query on a connection that was silently dropped fails in time, and the next one has a new connection', async () => {
  await pool.query('select 1');
  proxy.stall();
  await expect(pool.query('select 1')).rejects.toSatisfy(isQueryTimeout);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a transaction on a connection that was silently dropped leaves nothing of it in the pool', async () => {
  const work = transaction(pool, async (client) => {
    await client.query('select 1');
    proxy.stall();
    await client.query('select 1');
  });
  await expect(work).rejects.toSatisfy(isQueryTimeout);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
