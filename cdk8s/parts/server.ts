import type { k8s } from 'cdk8s-plus-27';
import { type Leaf, type Leafy, Optional, text } from '../leaf.ts';
import type { ChartValues } from '../release.ts';

// What Postgres and RabbitMQ have in common: an official image and a volume of their own.

export const imageOf = ({ repository, tag }: ChartValues['postgres']['image']): Leaf<string> =>
  text`${repository}:${tag}`;

/**
 * Their Services have no address of their own: the name leads to the one pod, and to nobody before it is ready. KEDA, which
 * asks from the first second and keeps its connection, so never holds one that led nowhere.
 */
export const HEADLESS = 'None';

/** A claim that a StatefulSet makes; it outlives the release. */
export const volumeClaim = (
  name: string,
  { size, storageClassName }: ChartValues['postgres']['persistence'],
): Leafy<k8s.KubePersistentVolumeClaimProps> => ({
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: new Optional(storageClassName),
    resources: { requests: { storage: size as never } },
  },
});
