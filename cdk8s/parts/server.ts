import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { type Leafy, Optional, text } from '../leaf.ts';
import type { ChartValues, Release } from '../release.ts';
import { resource, service, serviceAccount } from './construct.ts';
import type { Env } from './env.ts';
import { everyPod, selectorLabels } from './pod.ts';

/**
 * Their Services have no address of their own: the name leads to the one pod, and to nobody before it is ready. KEDA, which
 * asks from the first second and keeps its connection, so never holds one that led nowhere.
 */
const HEADLESS = 'None';
/** Both images know a user of this number, under their own names. */
const USER = 999;
/** A fast shutdown of Postgres writes a checkpoint; RabbitMQ closes its queues. */
const GRACE_SECONDS = 120;
const DATA = 'data';

/** Pace of the probes: a new data directory may take minutes, and a busy server gets time to answer. */
const STARTUP = { periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 5 };
const READINESS = { periodSeconds: 2, timeoutSeconds: 5 };
const LIVENESS = { periodSeconds: 20, failureThreshold: 6, timeoutSeconds: 5 };

type Check = Pick<k8s.Probe, 'exec' | 'tcpSocket' | 'httpGet'>;

export interface Server {
  chosen: Pick<ChartValues['postgres'], 'image' | 'persistence' | 'resources'>;
  args?: Leafy<string[]>;
  env: Env[];
  ports: { name: string; port: number }[];
  /** Whether it lives, and whether it can be used. */
  alive: Leafy<Check>;
  ready: Leafy<Check>;
  securityContext: Leafy<k8s.SecurityContext>;
  /** Where its data is kept. */
  dataPath: string;
  /** Other volumes, by the path at which they are seen. */
  volumes: { path: string; subPath?: string; volume: Leafy<k8s.Volume> & { name: string } }[];
}

/** A server of an official image: one pod, one claim that outlives the release, and a name that leads to it. */
export function deployServer(scope: Construct, release: Release, component: string, server: Server): void {
  const { chosen, ports, alive, ready, volumes } = server;
  const name = release.named(component);
  serviceAccount(scope, release, component);
  resource(
    scope,
    'apps/v1 StatefulSet',
    { name, component },
    {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: selectorLabels(release, component) },
      template: {
        metadata: { labels: selectorLabels(release, component) },
        spec: {
          ...everyPod(release, component, USER),
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [
            {
              name: component,
              image: text`${chosen.image.repository}:${chosen.image.tag}`,
              imagePullPolicy: chosen.image.pullPolicy,
              ...(server.args ? { args: server.args } : {}),
              env: server.env,
              ports: ports.map((one) => ({ name: one.name, containerPort: one.port })),
              startupProbe: { ...alive, ...STARTUP },
              readinessProbe: { ...ready, ...READINESS },
              livenessProbe: { ...alive, ...LIVENESS },
              resources: chosen.resources as never,
              securityContext: server.securityContext,
              volumeMounts: [
                { name: DATA, mountPath: server.dataPath },
                ...volumes.map(({ path, subPath, volume }) => ({
                  name: volume.name,
                  mountPath: path,
                  ...(subPath ? { subPath } : {}),
                })),
              ],
            },
          ],
          volumes: volumes.map(({ volume }) => volume),
        },
      },
      volumeClaimTemplates: [volumeClaim(chosen.persistence)],
    },
  );
  service(scope, release, component, ports, { clusterIP: HEADLESS });
}

const volumeClaim = ({
  size,
  storageClassName,
}: ChartValues['postgres']['persistence']): Leafy<k8s.KubePersistentVolumeClaimProps> => ({
  metadata: { name: DATA },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: new Optional(storageClassName),
    resources: { requests: { storage: size as never } },
  },
});
