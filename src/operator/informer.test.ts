import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeptInformer } from './informer.ts';

let server: Server;
let watches: ServerResponse[];
/** What the server answers to a watch; it is kept open where this is undefined. */
let refusal: number | undefined;
let informer: KeptInformer<KubernetesObject>;

beforeEach(async () => {
  watches = [];
  refusal = undefined;
  server = createServer((_request, response) => {
    response.writeHead(refusal ?? 200, { 'content-type': 'application/json' });
    if (refusal) return response.end();
    response.flushHeaders();
    watches.push(response);
    return response;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await informer.stop();
  server.closeAllConnections();
  server.close();
});

const named = (name: string) => ({ metadata: { name, namespace: 'default', resourceVersion: '1' } });

function keep(list: () => Promise<KubernetesObject[]>) {
  const seen = { added: [] as string[], restarts: 0 };
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  kubeConfig.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  informer = new KeptInformer({
    kubeConfig,
    path: '/things',
    labelSelector: '',
    list: async () => ({ metadata: { resourceVersion: '1' }, items: await list() }),
    onAdd: ({ metadata }) => seen.added.push(metadata!.name!),
    onUpdate: () => {},
    onDelete: () => {},
    onRestart: () => {
      seen.restarts += 1;
    },
  });
  informer.start();
  return seen;
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

test('an informer that could not list is started again', async () => {
  let lists = 0;
  const seen = keep(async () => {
    lists += 1;
    if (lists < 3) throw new Error('refused');
    return [named('a')];
  });
  await eventually(() => expect(informer.synced).toBe(true));
  expect(seen).toEqual({ added: ['a'], restarts: 2 });
});

test('an informer whose watch is refused is started again, and sees what comes then', async () => {
  refusal = 403;
  const seen = keep(async () => []);
  await eventually(() => expect(seen.restarts).toBeGreaterThan(0));
  expect(informer.synced).toBe(false);
  refusal = undefined;
  await eventually(() => expect(watches).toHaveLength(1));
  watches[0]!.write(`${JSON.stringify({ type: 'ADDED', object: named('late') })}\n`);
  await eventually(() => expect(seen.added).toEqual(['late']));
});

test('a list that comes back after the stop brings nothing to life', async () => {
  const listed = Promise.withResolvers<KubernetesObject[]>();
  const seen = keep(() => listed.promise);
  await informer.stop();
  listed.resolve([named('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual({ added: [], restarts: 0 });
  expect(watches).toEqual([]);
});

test('a watch that ends by itself just before the stop is not begun anew', async () => {
  keep(async () => []);
  await eventually(() => expect(watches).toHaveLength(1));
  watches[0]!.end();
  await informer.stop();
  await once(watches[0]!, 'close').catch(() => {});
  expect(watches).toHaveLength(1);
});
