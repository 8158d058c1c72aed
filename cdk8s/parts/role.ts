import { ApiObject } from 'cdk8s';
import type { k8s, ServiceAccount, ServiceType } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Leaf, Leafy } from '../leaf.ts';
import type { Release } from '../release.ts';
import { resource, service, serviceAccount, setMap } from './construct.ts';
import { type RolePod, rolePod, selectorLabels } from './pod.ts';

export type Role = RolePod & {
  /** Not stated where KEDA counts the pods. */
  replicas?: Leaf<number> | number;
  strategy?: Leafy<k8s.DeploymentStrategy>;
  serviceType?: Leaf<string>;
};

/** A role as it stands in the cluster: an account, a Deployment and a Service, all of the component's name. */
export function deployRole(
  scope: Construct,
  release: Release,
  component: string,
  role: Role,
): ServiceAccount {
  const { replicas, strategy, serviceType, ...pod } = role;
  const account = serviceAccount(scope, release, component);
  // By which a cloud gives its rights: on the bucket, here.
  if (pod.storesFiles)
    setMap(ApiObject.of(account), 'annotations', release.values.storage.s3.serviceAccountAnnotations);
  resource(
    scope,
    'apps/v1 Deployment',
    { name: release.named(component), component },
    {
      ...(replicas === undefined ? {} : { replicas }),
      ...(strategy === undefined ? {} : { strategy }),
      selector: { matchLabels: selectorLabels(release, component) },
      template: rolePod(release, component, pod),
    },
  );
  const ports = [{ name: pod.port.name, port: pod.port.number }];
  service(
    scope,
    release,
    component,
    ports,
    serviceType ? { type: serviceType as unknown as ServiceType } : {},
  );
  return account;
}
