import { ApiObject } from 'cdk8s';
import type { k8s, ServiceProps } from 'cdk8s-plus-27';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Leaf, Leafy, Resolution } from '../leaf.ts';
import type { Release } from '../release.ts';
import { selectorLabels } from './pod.ts';

/** A part of the tree that is there only under a condition; conditions of parts within parts add up. */
export class When extends Construct {
  readonly condition: Leaf<boolean>;

  constructor(scope: Construct, id: string, condition: Leaf<boolean>) {
    super(scope, id);
    this.condition = condition;
  }
}

/** The conditions under which a resource is there, the outermost first. */
export const conditionsOf = (resource: Construct): Leaf<boolean>[] =>
  resource.node.scopes.flatMap((scope) => (scope instanceof When ? [scope.condition] : []));

/** cdk8s takes names as text, and resolves a leaf that stands there. */
export const asText = (leaf: Leaf<string>): string => leaf as unknown as string;

/** Shapes of resources whose parts may be leaves; where `k8s.KubeDeployment` would take leaves apart. */
interface Kinds {
  'apps/v1 Deployment': k8s.DeploymentSpec;
  'apps/v1 StatefulSet': k8s.StatefulSetSpec;
  'batch/v1 Job': k8s.JobSpec;
  'v1 PersistentVolumeClaim': k8s.PersistentVolumeClaimSpec;
  'networking.k8s.io/v1 Ingress': k8s.IngressSpec;
}

export interface ResourceOptions {
  name: Leaf<string>;
  component: string;
  annotations?: Record<string, string>;
}

/** A resource with a typed spec that may hold leaves. */
export function resource<Kind extends keyof Kinds>(
  scope: Construct,
  kind: Kind,
  { name, component, annotations }: ResourceOptions,
  spec: Leafy<Kinds[Kind]>,
): ApiObject {
  const [apiVersion, kindName] = kind.split(' ') as [string, string];
  return new ApiObject(scope, kindName.toLowerCase(), {
    apiVersion,
    kind: kindName,
    metadata: metadata(name, component, annotations),
    spec,
  });
}

export const metadata = (name: Leaf<string>, component: string, annotations?: Record<string, string>) => ({
  name: asText(name),
  labels: { 'app.kubernetes.io/component': component },
  ...(annotations ? { annotations } : {}),
});

type MapPath = 'labels' | 'annotations';
const chosenMaps = new WeakMap<ApiObject, Partial<Record<MapPath, Leaf<Record<string, string>>>>>();

/** Sets labels or annotations that users may add to: cdk8s' own would take the leaf apart. */
export function setMap(object: ApiObject, path: MapPath, map: Leaf<Record<string, string>>): void {
  chosenMaps.set(object, { ...chosenMaps.get(object), [path]: map });
}

/** The resource as it is written. */
export function manifestOf(object: ApiObject, resolution: Resolution) {
  const manifest = object.toJson();
  for (const [path, map] of Object.entries(chosenMaps.get(object) ?? {}))
    manifest.metadata[path] = resolution.pick(map);
  return manifest;
}

/** A Service in front of one component's pods, under the component's name. */
export function service(
  scope: Construct,
  release: Release,
  component: string,
  ports: { name: string; port: number }[],
  props: Pick<ServiceProps, 'type' | 'clusterIP'> = {},
): kplus.Service {
  const made = new kplus.Service(scope, 'service', {
    metadata: metadata(release.named(component), component),
    ...props,
  });
  for (const { name, port } of ports) made.bind(port, { name });
  for (const [key, value] of Object.entries(selectorLabels(release, component)))
    made.selectLabel(key, typeof value === 'string' ? value : asText(value));
  return made;
}

/** An account without rights, so that a role that never speaks with the API server cannot. */
export const serviceAccount = (scope: Construct, release: Release, component: string): kplus.ServiceAccount =>
  new kplus.ServiceAccount(scope, 'account', {
    metadata: metadata(release.named(component), component),
    automountToken: false,
  });
