import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { GROUP, PLURAL } from '../../src/operator/transformation.ts';
import { orElse, text } from '../leaf.ts';
import type { Release } from '../release.ts';
import { asText, metadata } from './construct.ts';
import { variable } from './env.ts';
import { METRICS_PORT } from './pod.ts';
import { deployRole } from './role.ts';

const COMPONENT = 'operator';

/** The operator, with the rights that it needs in its own namespace and no others. */
export class Operator extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const account = deployRole(this, release, COMPONENT, {
      command: 'operator',
      replicas: 1,
      // Two are safe; one after the other keeps the metrics in one place.
      strategy: { type: 'Recreate' },
      port: { name: 'metrics', number: METRICS_PORT },
      env: [
        { name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
        // Another release in the namespace has an operator of its own.
        variable('TRANSFORMATION_SELECTOR', text`app.kubernetes.io/instance=${release.name}`),
        variable('METRICS_PORT', String(METRICS_PORT)),
      ],
      resources: release.values.operator.resources,
      usesApiServer: true,
      terminationGracePeriodSeconds: 30,
    });
    new kplus.RoleBinding(this, 'role-binding', {
      metadata: metadata(release.named(COMPONENT), COMPONENT),
      role: this.#role(release),
    }).addSubjects(account);
  }

  #role(release: Release): kplus.Role {
    const role = new kplus.Role(this, 'role', { metadata: metadata(release.named(COMPONENT), COMPONENT) });
    const waymark = (resourceType: string) => kplus.ApiResource.custom({ apiGroup: GROUP, resourceType });
    const secret = (id: string, name: Parameters<typeof asText>[0]) =>
      kplus.Secret.fromSecretName(this, id, asText(name));
    role.allow(['get', 'list', 'watch'], waymark(PLURAL));
    role.allow(['patch'], waymark(`${PLURAL}/status`));
    role.allow(['create', 'get', 'list', 'watch', 'delete'], kplus.ApiResource.JOBS);
    role.allow(['list'], kplus.ApiResource.PODS);
    role.allow(
      ['get'],
      secret('postgres', release.postgres.logins.transform),
      secret('rabbitmq', release.rabbitmq.secret),
      // Where there is no CA in a Secret or ConfigMap, one that it may read already, or that nobody has.
      secret('postgres-ca', orElse(release.postgres.ca.secret, release.postgres.logins.transform)),
      secret('rabbitmq-ca', orElse(release.rabbitmq.ca.secret, release.rabbitmq.secret)),
    );
    const configMap = (id: string, name: Parameters<typeof asText>[0]) =>
      kplus.ConfigMap.fromConfigMapName(this, id, asText(name));
    role.allow(
      ['get'],
      configMap('postgres-ca-map', orElse(release.postgres.ca.configMap, release.named('no-ca'))),
      configMap('rabbitmq-ca-map', orElse(release.rabbitmq.ca.configMap, release.named('no-ca'))),
    );
    role.allow(['create'], kplus.ApiResource.EVENTS);
    return role;
  }
}
