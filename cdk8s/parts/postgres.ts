import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { resource, service, serviceAccount } from './construct.ts';
import { containerSecurity, podSecurity, secretVariable, selectorLabels, variable } from './pod.ts';
import { HEADLESS, imageOf, volumeClaim } from './server.ts';

const COMPONENT = 'postgres';
const PORT = 5432;
/** The user `postgres` of the official image. */
const USER = 999;
const DATA = '/var/lib/postgresql/data';
/** A fast shutdown writes a checkpoint. */
const GRACE_SECONDS = 120;

/** A small Postgres of the official image: one pod, one claim. */
export class Postgres extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values, postgres } = release;
    const name = release.named(COMPONENT);
    serviceAccount(this, release, COMPONENT);
    const ready = {
      exec: { command: ['pg_isready', '-q', '-h', '127.0.0.1', '-p', String(PORT)] },
      timeoutSeconds: 5,
    };
    resource(
      this,
      'apps/v1 StatefulSet',
      { name, component: COMPONENT },
      {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: selectorLabels(release, COMPONENT) },
        template: {
          metadata: { labels: selectorLabels(release, COMPONENT) },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(USER),
            imagePullSecrets: values.imagePullSecrets as never,
            nodeSelector: values.nodeSelector,
            tolerations: values.tolerations as never,
            terminationGracePeriodSeconds: GRACE_SECONDS,
            containers: [
              {
                name: COMPONENT,
                image: imageOf(values.postgres.image),
                imagePullPolicy: values.postgres.image.pullPolicy,
                // The image's STOPSIGNAL is SIGINT: a fast, orderly shutdown.
                args: values.postgres.settings,
                env: [
                  secretVariable('POSTGRES_USER', postgres.secret, 'username'),
                  secretVariable('POSTGRES_PASSWORD', postgres.secret, 'password'),
                  variable('POSTGRES_DB', values.postgres.database),
                  // Below the mount: the root of a volume may hold lost+found.
                  variable('PGDATA', `${DATA}/pgdata`),
                ],
                ports: [{ name: COMPONENT, containerPort: PORT }],
                // While the data directory is made the server listens on no port.
                startupProbe: { ...ready, periodSeconds: 2, failureThreshold: 150 },
                readinessProbe: { ...ready, periodSeconds: 5 },
                livenessProbe: { ...ready, periodSeconds: 20, failureThreshold: 6 },
                resources: values.postgres.resources as never,
                securityContext: containerSecurity(true),
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'run', mountPath: '/var/run/postgresql' },
                  { name: 'tmp', mountPath: '/tmp' },
                  { name: 'shm', mountPath: '/dev/shm' },
                ],
              },
            ],
            volumes: [
              { name: 'run', emptyDir: {} },
              { name: 'tmp', emptyDir: {} },
              // Parallel queries share memory here; a container's own is 64 MiB.
              { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
            ],
          },
        },
        volumeClaimTemplates: [volumeClaim('data', values.postgres.persistence)],
      },
    );
    service(this, release, COMPONENT, [{ name: COMPONENT, port: PORT }], { clusterIP: HEADLESS });
  }
}
