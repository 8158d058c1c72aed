import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { apply, kubectl } from './kubectl.ts';

/** What the operator may do, and no more: the tests run with it, so the list is complete. */
export const OPERATOR_RULES = [
  { apiGroups: ['waymark.dev'], resources: ['transformations'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['waymark.dev'], resources: ['transformations/status'], verbs: ['patch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create'] },
];

const ACCOUNT = 'operator';

export interface TestNamespace {
  name: string;
  /** For the operator's process: its own account, by way of the proxy. */
  kubeconfig: string;
  proxy: ApiProxy;
  remove(): Promise<void>;
}

/** A namespace that enforces the strictest Pod Security Standard, with an account for the operator. */
export async function createTestNamespace(): Promise<TestNamespace> {
  const name = `waymark-test-${randomBytes(4).toString('hex')}`;
  const namespace = name;
  const api = 'rbac.authorization.k8s.io';
  await apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  await apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace } },
    { apiVersion: `${api}/v1`, kind: 'Role', metadata: { name: ACCOUNT, namespace }, rules: OPERATOR_RULES },
    {
      apiVersion: `${api}/v1`,
      kind: 'RoleBinding',
      metadata: { name: ACCOUNT, namespace },
      roleRef: { apiGroup: api, kind: 'Role', name: ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }],
    },
  );
  const token = (await kubectl(['create', 'token', ACCOUNT, '-n', name, '--duration', '2h'])).trim();
  const config = JSON.parse(
    await kubectl(['config', 'view', '--minify', '--raw', '--flatten', '-o', 'json']),
  );
  const cluster = config.clusters[0].cluster;
  const server = new URL(cluster.server);
  const proxy = await startApiProxy(server);
  const folder = await mkdtemp(join(tmpdir(), 'waymark-kube-'));
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
      clusters: [
        {
          name: 'test',
          cluster: {
            ...cluster,
            server: `https://127.0.0.1:${proxy.port}`,
            // Every API server's certificate has this name.
            'tls-server-name': 'kubernetes.default.svc',
          },
        },
      ],
      users: [{ name: 'test', user: { token } }],
    }),
  );
  return {
    name,
    kubeconfig,
    proxy,
    async remove() {
      await kubectl(['delete', 'namespace', name, '--wait=false']);
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
