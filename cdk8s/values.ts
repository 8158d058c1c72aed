import { z } from 'zod';
import { TokenEntry } from '../src/access/tokens.ts';
import { Spec } from '../src/operator/transformation.ts';
import { SSL_MODES } from '../src/platform/config.ts';
import { section, value } from './value.ts';

const name = z.string();
const required = z.string().min(1);
const flag = z.boolean();
const count = z.int().min(0);
const positive = z.int().min(1);
const port = z.int().min(1).max(65535);
const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?([EPTGM]i?|Ki|[km])?$/);
const map = z.record(z.string(), z.string());
const bucket = z.string().regex(/^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$/);
const pullPolicy = z.enum(['Always', 'IfNotPresent', 'Never']);
/** Kubernetes' own shapes: the API server knows them better than a copy here. */
const anyMap = z.record(z.string(), z.unknown());
const anyList = z.array(anyMap);
/** What a Transformation may say: the API server would refuse the rest only after half of the release is there. */
const { drain, jobTemplate, ...spec } = Spec.shape;
const drains = drain.unwrap().shape;
const jobs = jobTemplate.shape;
/** A space in it would be written in different ways by those who make URLs of it. */
const unspaced = z.string().regex(/^\S+$/);

const resources = (cpu: string, memory: string, limit: string) =>
  value(
    anyMap,
    { requests: { cpu, memory }, limits: { memory: limit } },
    'What a pod asks for and may use. Requests are small enough for a laptop.',
  );

const image = (repository: string, tag: string, says: string) =>
  section(says, {
    repository: value(required, repository, 'Where the image is, without a tag.'),
    tag: value(name, tag, tag === '' ? "Its tag; empty: the chart's appVersion." : 'Its tag.'),
    pullPolicy: value(pullPolicy, 'IfNotPresent', 'When the node pulls it.'),
  });

const authority = {
  caSecret: value(name, '', "Secret with the certificates, in PEM, of those that may sign the server's."),
  caConfigMap: value(name, '', 'ConfigMap with them, where they are in no Secret.'),
  caKey: value(required, 'ca.crt', 'Key in it.'),
};

const login = (who: string) =>
  section(`The login of ${who}.`, {
    existingSecret: value(
      name,
      '',
      "Secret with the keys `username` and `password`; empty: generated for the chart's own Postgres, for yours that of `postgres.existingSecret`.",
    ),
  });

const persistence = (size: string) =>
  section('Where its data lives. The claim outlives the release.', {
    size: value(quantity, size, 'Size of the volume.'),
    storageClassName: value(name, '', "Class of the volume; empty: the cluster's default."),
  });

/** Every value of the chart. `values.yaml`, its schema and the table of the chart's README are made of this. */
export const values = {
  image: image('waymark', '', 'The image of every role: API, consumer, operator, docs.'),
  imagePullSecrets: value(anyList, [], 'Secrets with which images are pulled, as `[{name: …}]`.'),
  nodeSelector: value(map, {}, 'Labels that a node must have for any pod of the release.'),
  tolerations: value(anyList, [], 'Taints that the pods tolerate.'),
  logLevel: value(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    'info',
    'How much the roles write to their logs. Never patient data, at any level.',
  ),

  api: section('The HTTP API, which takes files in, and the relay to RabbitMQ.', {
    replicas: value(
      positive,
      1,
      'API pods. More than one on several nodes needs storage that all can reach, such as S3.',
    ),
    existingSecret: value(
      name,
      '',
      'Secret with the key `token` (16 characters or more, no spaces), a bearer token that is admin of all clients; without the key there is none; empty: one is generated.',
    ),
    tokens: value(
      z.array(TokenEntry),
      [],
      'Tokens, as `[{name, sha256, role, clients}]`, from `waymark token create`; a running API takes a change in within two minutes.',
    ),
    tokensSecret: value(
      name,
      '',
      'Secret with the key `tokens.yaml`, a file of tokens (docs/security.md); empty: one is made of `api.tokens`.',
    ),
    oidc: section('An OpenID Connect provider whose access tokens are taken beside those.', {
      issuer: value(z.string().regex(/^$|^https:\/\//), '', 'Its address, as `iss` has it; empty: none.'),
      audience: value(name, '', 'What `aud` must hold.'),
      roleClaim: value(required, 'waymark_role', 'Claim, or path of a claim, with the role.'),
      clientsClaim: value(required, 'waymark_clients', 'Claim, or path of a claim, with the clients.'),
      clockToleranceSeconds: value(z.int().min(0).max(300), 30, 'How far clocks may be apart.'),
    }),
    rateLimit: section('What one token may send to one pod.', {
      requestsPerSecond: value(positive, 100, 'Requests a second; above that 429.'),
      burst: value(positive, 500, 'Requests at once.'),
    }),
    maxConcurrentUploads: value(positive, 32, 'Files on their way into one pod; of one token half as many.'),
    uploadStallSeconds: value(positive, 30, 'After so long with hardly a byte an upload is given up.'),
    trustedProxies: value(
      z.array(required),
      [],
      'Addresses and networks, such as `10.0.0.0/8`, whose X-Forwarded-For the audit believes: those of the Ingress controller.',
    ),
    maxUploadBytes: value(positive, 4294967296, 'Largest file that is accepted, in bytes.'),
    serviceType: value(
      z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
      'ClusterIP',
      'Kind of the Service.',
    ),
    ingress: section('A way in from outside the cluster.', {
      enabled: value(flag, false, 'Whether there is an Ingress.'),
      className: value(name, '', "Its class; empty: the cluster's default."),
      annotations: value(
        map,
        {},
        "For the controller. It must let large bodies pass: `nginx.ingress.kubernetes.io/proxy-body-size: '0'`.",
      ),
      host: value(required, 'waymark.example.com', 'Host name under which the API is reached.'),
      tls: value(anyList, [], 'Certificates, as `[{hosts: […], secretName: …}]`.'),
    }),
    // Measured at 160 to 245 MB; with a bucket each upload takes 24 MiB more, and 32 may be under way.
    resources: resources('50m', '128Mi', '1Gi'),
  }),

  consumer: section('Consumers, which load files into Postgres.', {
    prefetch: value(z.int().min(1).max(64), 1, 'Files that one consumer loads side by side.'),
    maxAttempts: value(positive, 5, 'Attempts after which a file that cannot be loaded is failed.'),
    terminationGracePeriodSeconds: value(
      positive,
      630,
      'How long a consumer that is told to stop may finish its file: as long as the longest load.',
    ),
    autoscaling: section('How KEDA scales them on the depth of the queue.', {
      enabled: value(
        flag,
        true,
        'Whether KEDA scales them. Without it they are as many as `kubectl scale` makes them: at first one, later what KEDA left.',
      ),
      minReplicas: value(count, 0, 'Consumers while the queue is empty.'),
      maxReplicas: value(positive, 5, 'Consumers at most. Postgres is the limit sooner than they are.'),
      messagesPerConsumer: value(
        positive,
        2,
        'Messages, waiting or being worked on, for which there is one consumer.',
      ),
      pollingIntervalSeconds: value(positive, 5, 'How often KEDA looks at the queue.'),
      cooldownSeconds: value(count, 60, 'How long the queue must be empty before the last consumer goes.'),
      initialCooldownSeconds: value(count, 30, 'The same for a ScaledObject that is new.'),
      scaleDownStabilizationSeconds: value(
        count,
        60,
        'How long fewer consumers must have been enough before some go.',
      ),
      fallbackFailures: value(
        positive,
        3,
        'Looks at the queue that fail in a row before the fallback counts.',
      ),
      fallbackReplicas: value(
        count,
        1,
        'Consumers, where more are not there already, while the queue cannot be seen.',
      ),
    }),
    // Measured at 130 to 225 MB, and at 330 MB where a workbook has as many texts as it may.
    resources: resources('50m', '128Mi', '1Gi'),
  }),

  operator: section('The operator, which runs dbt as a Job once the pipeline has drained.', {
    // Measured at 150 to 205 MB.
    resources: resources('20m', '96Mi', '384Mi'),
  }),

  docs: section('The dbt documentation of the last good run.', {
    replicas: value(count, 1, 'Docs pods.'),
    resources: resources('10m', '96Mi', '256Mi'),
  }),

  transformation: section('When dbt runs (the Transformation resource).', {
    stabilizationSeconds: value(
      drains.stabilizationSeconds.unwrap(),
      30,
      'How long nothing may have moved before a run starts.',
    ),
    pollIntervalSeconds: value(
      drains.pollIntervalSeconds.unwrap(),
      5,
      'How often ledger and queue are looked at.',
    ),
    minIntervalSeconds: value(
      drains.minIntervalSeconds.unwrap(),
      0,
      'Least time between the end of a run and the start of the next.',
    ),
    maxDelaySeconds: value(
      drains.maxDelaySeconds.unwrap(),
      900,
      'After so long a run starts in any case, though files keep coming.',
    ),
    suspend: value(flag, false, 'Whether new runs are held back.'),
    concurrencyPolicy: value(
      z.enum(['Forbid', 'Replace']),
      'Forbid',
      'Whether a newer state waits for the active run (Forbid) or ends it and starts anew (Replace).',
    ),
    successfulRunsHistoryLimit: value(
      spec.successfulRunsHistoryLimit.unwrap(),
      3,
      'Jobs of good runs that are kept.',
    ),
    failedRunsHistoryLimit: value(
      spec.failedRunsHistoryLimit.unwrap(),
      3,
      'Jobs of failed runs that are kept.',
    ),
  }),

  dbt: section('The Job of a run.', {
    image: image('waymark-dbt', '', 'The image with dbt and the project.'),
    env: value(anyList, [], 'Further variables, as `[{name: WAYMARK_AS_OF_DATE, value: "2023-10-01"}]`.'),
    activeDeadlineSeconds: value(
      jobs.activeDeadlineSeconds.unwrap(),
      3600,
      'After so long a run is ended as failed.',
    ),
    backoffLimit: value(
      jobs.backoffLimit.unwrap(),
      2,
      'Further tries where dbt could not run at all. Failing tests are not tried again.',
    ),
    ttlSecondsAfterFinished: value(
      jobs.ttlSecondsAfterFinished.unwrap(),
      86400,
      'How long a finished Job is kept.',
    ),
    resources: resources('200m', '256Mi', '1Gi'),
  }),

  storage: section('Where accepted files lie.', {
    type: value(
      z.enum(['directory', 's3']),
      'directory',
      'directory: on a claim that API and consumers share. s3: in a bucket of S3, or of a server that speaks like it; no claim, and any node will do.',
    ),
    existingClaim: value(
      name,
      '',
      'directory: a claim that is there already; empty: one is made, and kept when the release goes.',
    ),
    size: value(quantity, '10Gi', 'directory: size of the claim.'),
    accessMode: value(
      z.enum(['ReadWriteOnce', 'ReadWriteMany']),
      'ReadWriteOnce',
      'directory: ReadWriteOnce keeps API and consumers on one node; ReadWriteMany (NFS, CephFS, EFS …) frees them.',
    ),
    storageClassName: value(name, '', "directory: class of the volume; empty: the cluster's default."),
    s3: section('The bucket.', {
      bucket: value(bucket, '', 'Its name.'),
      prefix: value(
        z.string().regex(/^([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/),
        '',
        'Where in it, as `team/waymark`; empty: at its top.',
      ),
      endpoint: value(
        z.string().regex(/^(https?:\/\/\S+)?$/),
        '',
        "Where S3 is, as `https://minio.example.com`; empty: Amazon's.",
      ),
      region: value(name, '', 'Its region; with an endpoint of your own, empty will do.'),
      addressing: value(
        z.enum(['auto', 'path', 'host']),
        'auto',
        'Where the bucket stands in an address; auto: in the path with an endpoint of your own, in the host name without.',
      ),
      existingSecret: value(
        name,
        '',
        'Secret with the keys `access-key-id` and `secret-access-key`; empty: the pods have their rights by their service accounts.',
      ),
      serviceAccountAnnotations: value(
        map,
        {},
        'Annotations of the service accounts of API and consumers, as `eks.amazonaws.com/role-arn: arn:…`.',
      ),
      caConfigMap: value(
        name,
        '',
        'ConfigMap whose key `ca.crt` has certificates of authorities to trust beside the usual ones.',
      ),
      encryption: value(
        z.enum(['', 'AES256', 'aws:kms', 'aws:kms:dsse']),
        '',
        'How S3 encrypts what it keeps; empty: as the bucket says.',
      ),
      kmsKeyId: value(name, '', 'The key for KMS; empty: the one that AWS manages.'),
    }),
  }),

  postgres: section('The database.', {
    enabled: value(
      flag,
      true,
      'Whether the chart brings one. If not, `host` and `existingSecret` must be set.',
    ),
    host: value(name, '', 'Host of your own.'),
    port: value(port, 5432, 'Its port.'),
    database: value(required, 'waymark', 'Database in it.'),
    existingSecret: value(
      name,
      '',
      'Secret with the keys `username` and `password` of the login that owns the database and migrates; empty: generated once, kept when the release goes.',
    ),
    logins: section('What each part logs in with: docs/postgres-roles.md says what it may.', {
      api: login('the API'),
      consumer: login('consumers'),
      transform: login('the operator and dbt'),
      docs: login('the docs server'),
      reader: login('people and tools that read the marts'),
      auditor: login('people who read everything'),
    }),
    rolePrefix: value(
      z.string().regex(/^[a-z_][a-z0-9_]{0,49}$/),
      'waymark',
      'What the names of the group roles begin with. Two databases of one server need two.',
    ),
    tls: section('How the connection to a server of your own is protected.', {
      mode: value(
        z.enum(SSL_MODES),
        'disable',
        "libpq's sslmode: disable, require, verify-ca, or verify-full, which checks that it is your server.",
      ),
      ...authority,
    }),
    image: image('postgres', '17-trixie', 'The official image.'),
    settings: value(
      z.array(z.string()),
      ['-c', 'shared_buffers=128MB', '-c', 'max_connections=200', '-c', 'max_wal_size=2GB'],
      'Settings of the server, as arguments.',
    ),
    persistence: persistence('10Gi'),
    // While dbt builds, its sessions sort and count in up to 64 MB a step: 950 MB were seen, before anyone else's.
    resources: resources('100m', '256Mi', '2Gi'),
  }),

  rabbitmq: section('The broker.', {
    enabled: value(
      flag,
      true,
      'Whether the chart brings one. If not, `host` and `existingSecret` must be set.',
    ),
    host: value(
      name,
      '',
      'Host of your own, by a name that KEDA finds from its own namespace too: `mq.team.svc`, not `mq`.',
    ),
    port: value(port, 5672, 'Its port for AMQP.'),
    scheme: value(z.enum(['amqp', 'amqps']), 'amqp', 'amqps: with TLS.'),
    managementUrl: value(
      name,
      '',
      'Its management API, for KEDA and the operator; empty: `http://{host}:15672`, with amqps `https://{host}:15671`.',
    ),
    tls: section('By what a server of your own, with `scheme: amqps`, shows who it is.', authority),
    vhost: value(unspaced, '/', 'Virtual host.'),
    existingSecret: value(
      name,
      '',
      'Secret with the keys `username` and `password`; empty: generated once, kept when the release goes.',
    ),
    image: image('rabbitmq', '4.0-management', 'The official image, with the management plugin.'),
    persistence: persistence('2Gi'),
    resources: resources('100m', '256Mi', '768Mi'),
  }),

  metrics: section('What Prometheus sees.', {
    serviceMonitor: section('For the Prometheus operator.', {
      enabled: value(flag, false, 'Whether there are ServiceMonitors. They need the Prometheus operator.'),
      interval: value(z.string().regex(/^[0-9]+(ms|s|m|h)$/), '15s', 'How often each role is asked.'),
      labels: value(
        map,
        {},
        'Labels that your Prometheus selects by, such as `release: kube-prometheus-stack`.',
      ),
    }),
  }),

  dashboard: section('The Grafana dashboard "Waymark pipeline".', {
    enabled: value(flag, true, 'Whether there is a ConfigMap with it.'),
    labels: value(map, { grafana_dashboard: '1' }, "Labels that Grafana's sidecar looks for."),
    annotations: value(map, {}, 'Annotations, such as `grafana_folder: Waymark`.'),
  }),

  sampleData: section('Invented files, to see it work.', {
    enabled: value(flag, false, 'Whether a Job sends both sample sets after each install and upgrade.'),
  }),
};
