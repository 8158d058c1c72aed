import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { GROUP, PLURAL } from '../../src/operator/transformation.ts';
import { text } from '../leaf.ts';
import type { Release } from '../release.ts';
import { asText, metadata, resource, service } from './construct.ts';
import { METRICS_PORT, rolePod, selectorLabels, variable } from './pod.ts';

const COMPONENT = 'operator';

/** The operator, with the rights that it needs in its own namespace and no others. */
export class Operator extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const name = release.named(COMPONENT);
    const account = new kplus.ServiceAccount(this, 'account', {
      metadata: metadata(name, COMPONENT),
      automountToken: false,
    });
    const role = this.#role(release);
    new kplus.RoleBinding(this, 'role-binding', { metadata: metadata(name, COMPONENT), role }).addSubjects(
      account,
    );
    resource(
      this,
      'apps/v1 Deployment',
      { name, component: COMPONENT },
      {
        replicas: 1,
        // Two are safe; one after the other keeps the metrics in one place.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selectorLabels(release, COMPONENT) },
        template: rolePod(release, COMPONENT, {
          command: 'operator',
          port: { name: 'metrics', number: METRICS_PORT },
          env: [
            { name: 'WATCH_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
            // Another release in the namespace has an operator of its own.
            variable('TRANSFORMATION_SELECTOR', text`app.kubernetes.io/instance=${release.name}`),
            variable('METRICS_PORT', String(METRICS_PORT)),
          ],
          resources: release.values.operator.resources,
          serviceAccount: name,
          usesApiServer: true,
          terminationGracePeriodSeconds: 30,
        }),
      },
    );
    service(this, release, COMPONENT, [{ name: 'metrics', port: METRICS_PORT }]);
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
      secret('postgres', release.postgres.secret),
      secret('rabbitmq', release.rabbitmq.secret),
    );
    role.allow(['create'], kplus.ApiResource.EVENTS);
    return role;
  }
}
