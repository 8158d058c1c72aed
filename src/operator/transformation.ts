import type { V1ObjectMeta } from '@kubernetes/client-node';
import { z } from 'zod';
import { SSL_MODES } from '../platform/config.ts';
import { ModelCounts, TestCounts } from '../transform/summary.ts';

/** The names that the design fixes. */
export const GROUP = 'waymark.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'Transformation';
export const PLURAL = 'transformations';

/** On Jobs and their pods: the id of the run in the ledger. */
export const RUN_LABEL = `${GROUP}/run`;
/** On Jobs and their pods: the name of the Transformation. */
export const TRANSFORMATION_LABEL = `${GROUP}/transformation`;

const secretName = z.string().min(1).max(253);
/** Where the certificates of those are that may sign a server's; a Secret, or a ConfigMap, as they are no secret. */
const authority = {
  caSecretName: secretName
    .optional()
    .describe('Secret with the CAs, in PEM, that may sign the certificate of the server.'),
  caConfigMapName: secretName.optional().describe('ConfigMap with these, where they are in no Secret.'),
  caKey: z.string().min(1).max(253).default('ca.crt').describe('Key of the Secret or ConfigMap.'),
};
export type Authority = {
  caSecretName?: string | undefined;
  caConfigMapName?: string | undefined;
  caKey: string;
};
const host = z.string().min(1).max(253);
const seconds = z.int().min(0);
/** How Kubernetes writes an amount of a resource: `500m`, `1Gi` or a number. */
const quantity = z.union([z.int(), z.string()]).meta({
  'x-kubernetes-int-or-string': true,
  pattern: '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?[0-9]+))?$',
});
const quantities = z.record(z.string(), quantity);

const Queue = z.object({
  secretName: secretName.describe(
    'Secret with the keys `username` and `password` of a user that may read the management API, and `host` (or `managementUrl`) unless given here.',
  ),
  managementUrl: z
    .string()
    .regex(/^https?:\/\//)
    .optional()
    .describe(
      'Management API of the broker, for example http://rabbitmq:15672. Default: the key `managementUrl` of the Secret, else port 15672 of its `host`.',
    ),
  name: z
    .string()
    .min(1)
    .max(255)
    .default('waymark.files.load')
    .describe('Queue that has to be empty, unacked messages included.'),
  vhost: z.string().min(1).max(255).default('/').describe('Virtual host of the queue.'),
  tls: z
    .object(authority)
    .prefault({})
    .describe('By what a management API with https shows who it is; without a CA by those that Node knows.'),
});

const Database = z.object({
  secretName: secretName.describe(
    'Secret with the keys `username` and `password`, and `host`, `port` and `dbname` unless given here. Jobs refer to it; its values are never copied.',
  ),
  host: host.optional().describe('Host of the Postgres server. Default: the key `host` of the Secret.'),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of the Postgres server. Default: the key `port` of the Secret, else 5432.'),
  name: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Name of the database. Default: the key `dbname` of the Secret, else waymark.'),
  rolePrefix: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,49}$/)
    .optional()
    .describe(
      'What the names of the group roles begin with, of which `_transform` is taken. Default: waymark.',
    ),
  tls: z
    .object({
      mode: z
        .enum(SSL_MODES)
        .default('disable')
        .describe(
          'What libpq calls sslmode. verify-full: encrypted, and the server shows a certificate of the CA for its name.',
        ),
      ...authority,
    })
    .prefault({})
    .describe('How the connection is protected.'),
});

const Drain = z.object({
  stabilizationSeconds: seconds
    .max(86_400)
    .default(30)
    .describe(
      'For how long, in seconds, no file may be pending and the queue must be empty before the pipeline counts as drained.',
    ),
  pollIntervalSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(5)
    .describe('Seconds between two looks at the ledger and the queue.'),
  minIntervalSeconds: seconds
    .max(86_400)
    .default(0)
    .describe(
      'Least time in seconds between the end of a run and the start of the next; a run that was asked for does not wait.',
    ),
  maxDelaySeconds: seconds
    .max(604_800)
    .default(900)
    .describe(
      'Longest wait in seconds from the first file that no run has covered: then a run starts, drained or not, so that a steady trickle of files cannot hold it up for ever.',
    ),
});

const Toleration = z.object({
  key: z.string().optional().describe('Key of the taint; empty with operator Exists tolerates every key.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('How the value is compared; Equal by default.'),
  value: z.string().optional().describe('Value of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect of the taint; every effect by default.'),
  tolerationSeconds: z
    .int()
    .optional()
    .describe('For how long, in seconds, a NoExecute taint is tolerated; for ever by default.'),
});

const JobTemplate = z.object({
  image: z.string().min(1).describe('Image with dbt and its project.'),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('IfNotPresent')
    .describe('When the image is pulled.'),
  imagePullSecrets: z
    .array(z.object({ name: z.string().min(1).describe('Name of the Secret.') }))
    .default([])
    .describe('Secrets for pulling the image.'),
  command: z
    .array(z.string())
    .min(1)
    .default(['python', 'run.py'])
    .describe(
      'Command that executes a run; `--run-id ID` is put behind it. Exit code 1 means that dbt failed and is not retried, any other than 0 is.',
    ),
  env: z
    .array(
      z.object({
        name: z.string().min(1).describe('Name of the variable.'),
        value: z.string().default('').describe('Value of the variable.'),
      }),
    )
    .default([])
    .describe('Further environment variables. Those that the operator sets itself (POSTGRES_*, HOME) win.'),
  resources: z
    .object({
      requests: quantities
        .optional()
        .describe('What the pod is sure to get, for example {cpu: 500m, memory: 1Gi}.'),
      limits: quantities.optional().describe('What the pod may use at most.'),
    })
    .prefault({})
    .describe('Processor time and memory of the pod.'),
  nodeSelector: z
    .record(z.string(), z.string())
    .optional()
    .describe('Labels of the nodes that the pod may run on.'),
  tolerations: z.array(Toleration).optional().describe('Taints of nodes that the pod tolerates.'),
  serviceAccountName: z
    .string()
    .optional()
    .describe("Service account of the pod; its token is never mounted. Default: the namespace's own."),
  runAsUser: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .describe('User id of the process. Default: the one of the image, which must be a number other than 0.'),
  activeDeadlineSeconds: z
    .int()
    .min(1)
    .default(3600)
    .describe(
      'Longest time in seconds that a run may take, retries included; then it is stopped and has failed.',
    ),
  backoffLimit: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe(
      'How often a pod that was killed or could not reach the database is replaced. dbt that failed is never retried.',
    ),
  ttlSecondsAfterFinished: z
    .int()
    .min(60)
    .default(86_400)
    .describe('Seconds after which a finished Job is removed, with its pods and their logs.'),
});

export const Spec = z.object({
  queue: Queue.describe('Queue whose messages are the files on their way.'),
  database: Database.describe('Database with the ledger and the tables.'),
  drain: Drain.prefault({}).describe(
    'When the pipeline counts as drained, and how long a run may wait for that.',
  ),
  suspend: z
    .boolean()
    .default(false)
    .describe('Starts no new runs while true. A run that is active goes on; requests wait.'),
  concurrencyPolicy: z
    .enum(['Forbid', 'Replace'])
    .default('Forbid')
    .describe(
      'What happens when a run is due while one is active. Forbid: it waits. Replace: the active one is stopped, ends as failed, and a new one starts with the files of now; not later than drain.maxDelaySeconds after the first file that no run has covered, so that runs come to an end.',
    ),
  successfulRunsHistoryLimit: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe('How many Jobs of successful runs are kept.'),
  failedRunsHistoryLimit: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe('How many Jobs of failed runs are kept.'),
  jobTemplate: JobTemplate.describe('The Job that executes a run.'),
  runRequest: z
    .string()
    .max(253)
    .default('')
    .describe(
      'Any text. A new value asks for one run now, whether files are due or not; a time of day makes a good one.',
    ),
});

const Condition = z.object({
  type: z.string().describe('Ready, QueueDrained, Running or LastRunSucceeded.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: z.string().describe('Why, in one word for programs.'),
  message: z.string().describe('Why, in a sentence, and what to do where something is to be done.'),
  lastTransitionTime: z.string().meta({ format: 'date-time' }).describe('When the status last changed.'),
  observedGeneration: z.int().optional().describe('Generation of the Transformation that this is about.'),
});

const time = z.string().meta({ format: 'date-time' });

const ActiveRun = z.object({
  run: z.string().describe('Id of the run in the ledger.'),
  job: z.string().describe('Job that executes it.'),
  start: time.describe('When it started.'),
  reason: z.string().describe('Why it was started: drained, max_delay or requested.'),
  replacedFor: z
    .string()
    .optional()
    .describe('Why it is being stopped in favour of a newer run; not set while it is not.'),
});

const LastRun = z.object({
  run: z.string().describe('Id of the run in the ledger.'),
  job: z.string().describe('Job that executed it; it may be gone by now.'),
  start: time.optional().describe('When it started.'),
  end: time.describe('When it ended.'),
  outcome: z.enum(['succeeded', 'failed']).describe('succeeded or failed.'),
  reason: z.string().describe('Why it ended so, in one word for programs.'),
  message: z.string().optional().describe('What failed, and what to do; not set after a success.'),
  models: ModelCounts.optional().describe('How many models of dbt passed, failed or were skipped.'),
  tests: TestCounts.optional().describe('How many tests of dbt passed, failed, warned or were skipped.'),
});

export const Status = z.object({
  observedGeneration: z
    .int()
    .optional()
    .describe('Generation of the Transformation that was last acted upon.'),
  conditions: z
    .array(Condition)
    .optional()
    .describe('Where things stand: Ready, QueueDrained, Running, LastRunSucceeded.')
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  queue: z
    .object({
      ready: z.int().describe('Messages that wait.'),
      unacked: z.int().describe('Messages that consumers are at work on.'),
      observedAt: time.describe('When they were counted.'),
    })
    .optional()
    .describe('The queue as it was last seen; not set while the broker cannot be asked.'),
  pendingFiles: z.int().optional().describe('Files that are received or being loaded.'),
  activeRun: ActiveRun.optional().describe('The run that is active; not set while none is.'),
  lastRun: LastRun.optional().describe('The run that ended last.'),
  handledRunRequest: z.string().optional().describe('Value of spec.runRequest that was last acted upon.'),
});

export type Spec = z.output<typeof Spec>;
export type Status = z.output<typeof Status>;
export type Condition = z.output<typeof Condition>;
export type JobTemplate = z.output<typeof JobTemplate>;

export interface Transformation {
  apiVersion: string;
  kind: string;
  metadata: V1ObjectMeta & { name: string; namespace: string; uid: string; generation: number };
  spec: Spec;
  status?: Status;
}
