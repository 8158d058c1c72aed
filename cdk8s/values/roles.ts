import { z } from 'zod';
import { TokenEntry } from '../../src/access/tokens.ts';
import { section, value } from '../value.ts';
import { anyList, count, flag, map, name, positive, required, resources } from './shapes.ts';

/** The processes of Waymark that stay. */
export const roles = {
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
};
