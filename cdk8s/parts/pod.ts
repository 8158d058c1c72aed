import type { k8s } from 'cdk8s-plus-27';
import type { Leaf, Leafy } from '../leaf.ts';
import type { Release } from '../release.ts';
import { type Env, number, secretVariable, variable } from './env.ts';
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

export const postgresEnv = ({ postgres, values }: Release): Env[] => [
  variable('POSTGRES_HOST', postgres.host),
  variable('POSTGRES_PORT', number(postgres.port)),
  variable('POSTGRES_DB', values.postgres.database),
  secretVariable('POSTGRES_USER', postgres.secret, 'username'),
  secretVariable('POSTGRES_PASSWORD', postgres.secret, 'password'),
];

export const rabbitmqEnv = ({ rabbitmq }: Release): Env[] => [
  variable('AMQP_URL', rabbitmq.amqpUrl),
  secretVariable('AMQP_USERNAME', rabbitmq.secret, 'username'),
  secretVariable('AMQP_PASSWORD', rabbitmq.secret, 'password'),
];

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
  /** Whether the ledger has to be there, in its newest form, before it starts. */
  migrates?: boolean;
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
      ...(pod.migrates
        ? {
            initContainers: [
              {
                ...common,
                name: 'migrate',
                args: ['migrate', '--wait', '300'],
                env: [...postgresEnv(release), log],
                volumeMounts: [tmp],
              },
            ],
          }
        : {}),
      containers: [
        {
          ...common,
          name: component,
          args: [pod.command],
          env: [...pod.env, ...(files?.env ?? []), log],
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
            ...(files?.mounts ?? []),
            ...secretFiles.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
          ],
        },
      ],
      volumes: [
        { name: TMP, emptyDir: {} },
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
