import type { V1EnvVar, V1Job, V1Volume } from '@kubernetes/client-node';
import {
  API_VERSION,
  type Authority,
  KIND,
  RUN_LABEL,
  TRANSFORMATION_LABEL,
  type Transformation,
} from './transformation.ts';

export const CONTAINER = 'dbt';
/** What `dbt/run.py` says when a model or a test failed: doing it again would not help. */
export const DBT_FAILED = 1;

const TERMINATION_PATH = '/dev/termination-log';
const CA = 'postgres-ca';
const CA_PATH = '/etc/waymark/postgres-ca';
const CA_FILE = 'ca.crt';
/** dbt is stopped and its statements are cancelled well within this, in seconds. */
const GRACE_SECONDS = 60;

/** The name is the lock: whoever would start a run a second time finds the Job there. */
export const jobName = (runId: string): string => `waymark-run-${runId}`;

/** The Job that executes a run. Its pod satisfies the Pod Security Standard `restricted`. */
export function buildJob({ metadata, spec }: Transformation, runId: string): V1Job {
  const { jobTemplate: template } = spec;
  const ca = authorityVolume(spec.database.tls);
  const labels = {
    'app.kubernetes.io/name': 'waymark',
    'app.kubernetes.io/component': 'run',
    'app.kubernetes.io/managed-by': 'waymark-operator',
    [TRANSFORMATION_LABEL]: metadata.name,
    [RUN_LABEL]: runId,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(runId),
      namespace: metadata.namespace,
      labels,
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: KIND,
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        },
      ],
    },
    spec: {
      activeDeadlineSeconds: template.activeDeadlineSeconds,
      backoffLimit: template.backoffLimit,
      ttlSecondsAfterFinished: template.ttlSecondsAfterFinished,
      podReplacementPolicy: 'Failed',
      podFailurePolicy: {
        rules: [
          // Drained, evicted or preempted: not the run's fault.
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          {
            action: 'FailJob',
            onExitCodes: { containerName: CONTAINER, operator: 'In', values: [DBT_FAILED] },
          },
        ],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: {
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
            ...(template.runAsUser !== undefined && { runAsUser: template.runAsUser }),
          },
          ...(template.serviceAccountName && { serviceAccountName: template.serviceAccountName }),
          ...(template.imagePullSecrets.length > 0 && { imagePullSecrets: template.imagePullSecrets }),
          ...(template.nodeSelector && { nodeSelector: template.nodeSelector }),
          ...(template.tolerations && { tolerations: template.tolerations as object[] }),
          containers: [
            {
              name: CONTAINER,
              image: template.image,
              imagePullPolicy: template.imagePullPolicy,
              command: [...template.command, '--run-id', runId],
              env: environment(spec),
              resources: quantitiesAsText(template.resources),
              terminationMessagePath: TERMINATION_PATH,
              // What a program prints at its end may quote a row; only the summary is told.
              terminationMessagePolicy: 'File',
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'tmp', mountPath: '/tmp' },
                ...(ca ? [{ name: CA, mountPath: CA_PATH, readOnly: true }] : []),
              ],
            },
          ],
          volumes: [{ name: 'tmp', emptyDir: {} }, ...(ca ? [ca] : [])],
        },
      },
    },
  };
}

/** The certificates of those that may sign the database's; undefined where none are named. */
function authorityVolume({ caSecretName, caConfigMapName, caKey }: Authority): V1Volume | undefined {
  const items = [{ key: caKey, path: CA_FILE }];
  if (caSecretName) return { name: CA, secret: { secretName: caSecretName, items } };
  if (caConfigMapName) return { name: CA, configMap: { name: caConfigMapName, items } };
  return undefined;
}

/** User and password stay in their Secret; so does all that the Transformation does not give. */
function environment({ database, jobTemplate }: Transformation['spec']): V1EnvVar[] {
  const fromSecret = (name: string, key: string, optional = false): V1EnvVar => ({
    name,
    valueFrom: { secretKeyRef: { name: database.secretName, key, ...(optional && { optional }) } },
  });
  const given = (name: string, value: string | number | undefined, key: string, optional = true): V1EnvVar =>
    value === undefined ? fromSecret(name, key, optional) : { name, value: String(value) };
  const own: V1EnvVar[] = [
    given('POSTGRES_HOST', database.host, 'host', false),
    given('POSTGRES_PORT', database.port, 'port'),
    given('POSTGRES_DB', database.name, 'dbname'),
    fromSecret('POSTGRES_USER', 'username'),
    fromSecret('POSTGRES_PASSWORD', 'password'),
    ...(database.rolePrefix ? [{ name: 'POSTGRES_ROLE_PREFIX', value: database.rolePrefix }] : []),
    ...(database.tls.mode === 'disable' ? [] : [{ name: 'POSTGRES_SSLMODE', value: database.tls.mode }]),
    ...(authorityVolume(database.tls)
      ? [{ name: 'POSTGRES_SSLROOTCERT', value: `${CA_PATH}/${CA_FILE}` }]
      : []),
    { name: 'WAYMARK_TERMINATION_PATH', value: TERMINATION_PATH },
    { name: 'HOME', value: '/tmp' },
  ];
  const names = new Set(own.map(({ name }) => name));
  return [...jobTemplate.env.filter(({ name }) => !names.has(name)), ...own];
}

function quantitiesAsText(resources: Transformation['spec']['jobTemplate']['resources']) {
  const text = (quantities: Record<string, number | string> | undefined) =>
    quantities &&
    Object.fromEntries(Object.entries(quantities).map(([name, amount]) => [name, String(amount)]));
  const { requests, limits } = resources;
  return { ...(requests && { requests: text(requests)! }), ...(limits && { limits: text(limits)! }) };
}
