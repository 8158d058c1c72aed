import type { k8s } from 'cdk8s-plus-27';
import type { Part } from '../../src/platform/roles.ts';
import type { Leaf, Leafy } from '../leaf.ts';
import type { Release } from '../release.ts';
import { loginsEnv, toPostgres, toRabbitmq } from './connections.ts';
import { type Env, variable } from './env.ts';
import { storedFiles } from './stored-files.ts';

/** What selects the pods of one component of one release: never a hash of the tree, which is equal in two releases. */
export const selectorLabels = (release: Release, component: string) => ({
  'app.kubernetes.io/name': 'waymark',
  'app.kubernetes.io/instance': release.name,
  'app.kubernetes.io/component': component,
});

/** The restricted Pod Security Standard, for a pod that runs as this user. */
const podSecurity = (user: number): Leafy<k8s.PodSecurityContext> => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  // Only a volume that is new is walked through; RabbitMQ's cookie must stay readable by its owner alone.
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
});

/** The same, for its containers. */
export const containerSecurity = (readOnlyRootFilesystem: boolean): Leafy<k8s.SecurityContext> => ({
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem,
});

/** The user `node` of the app image. */
export const NODE_USER = 1000;
/** Where roles that are asked nothing over HTTP answer probes and Prometheus. */
export const METRICS_PORT = 9090;

/** What holds for every pod of a release; it runs as `user`, under the account of its component. */
export const everyPod = (release: Release, component: string, user: number) => ({
  serviceAccountName: release.named(component),
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: podSecurity(user),
  imagePullSecrets: release.values.imagePullSecrets as never,
  nodeSelector: release.values.nodeSelector,
  tolerations: release.values.tolerations as never,
});

const TMP = 'tmp';

export interface RolePod {
  command: string;
  /** Where its probes and metrics are. */
  port: { name: 'http' | 'metrics'; number: number };
  env: Env[];
  resources: Leaf<Record<string, unknown>>;
  /** Whether it speaks with the Kubernetes API. */
  usesApiServer?: boolean;
  /** As whom it works with the ledger, which then has to be there, in its newest form, before it starts. */
  ledgerAs?: Part;
  usesBroker?: boolean;
  storesFiles?: boolean;
  /** Secrets that it reads as files, and again when they change; it starts without them too. */
  secretFiles?: { name: string; secret: Leaf<string>; path: string }[];
  terminationGracePeriodSeconds: Leaf<number> | number;
}

/** The pod of a role: one container of the program, and before it one that brings the ledger up to date. */
export function rolePod(release: Release, component: string, pod: RolePod): Leafy<k8s.PodTemplateSpec> {
  const { values } = release;
  const files = pod.storesFiles ? storedFiles(release) : undefined;
  const { secretFiles = [] } = pod;
  const connections = [
    ...(pod.ledgerAs ? [toPostgres(release, pod.ledgerAs)] : []),
    ...(pod.usesBroker ? [toRabbitmq(release)] : []),
  ];
  const owner = toPostgres(release, 'owner');
  const common = {
    image: release.appImage,
    imagePullPolicy: values.image.pullPolicy,
    securityContext: containerSecurity(true),
    resources: pod.resources as never,
  };
  const log = variable('LOG_LEVEL', values.logLevel);
  const tmp = { name: TMP, mountPath: '/tmp' };
  return {
    metadata: { labels: { ...selectorLabels(release, component), ...files?.labels } },
    spec: {
      ...everyPod(release, component, NODE_USER),
      automountServiceAccountToken: pod.usesApiServer ?? false,
      affinity: files ? files.affinity : {},
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      ...(pod.ledgerAs
        ? {
            initContainers: [
              {
                ...common,
                name: 'migrate',
                args: ['migrate', '--wait', '300'],
                env: [...owner.env, ...loginsEnv(release), log],
                volumeMounts: [tmp, ...owner.mounts],
              },
            ],
          }
        : {}),
      containers: [
        {
          ...common,
          name: component,
          args: [pod.command],
          env: [...connections.flatMap(({ env }) => env), ...pod.env, ...(files?.env ?? []), log],
          ports: [{ name: pod.port.name, containerPort: pod.port.number }],
          startupProbe: probe('/healthz', pod.port.name, { periodSeconds: 1, failureThreshold: 120 }),
          readinessProbe: probe('/readyz', pod.port.name, { periodSeconds: 5, timeoutSeconds: 5 }),
          livenessProbe: probe('/healthz', pod.port.name, {
            periodSeconds: 20,
            timeoutSeconds: 10,
            failureThreshold: 6,
          }),
          volumeMounts: [
            tmp,
            ...connections.flatMap(({ mounts }) => mounts),
            ...(files?.mounts ?? []),
            ...secretFiles.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: TMP, emptyDir: {} },
        ...connections.flatMap(({ volumes }) => volumes),
        ...(files?.volumes ?? []),
        ...secretFiles.map(({ name, secret }) => ({ name, secret: { secretName: secret, optional: true } })),
      ],
    },
  } as Leafy<k8s.PodTemplateSpec>;
}

const probe = (path: string, port: string, pace: Omit<k8s.Probe, 'httpGet'>) => ({
  httpGet: { path, port },
  ...pace,
});
