import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { resource, service, serviceAccount } from './construct.ts';
import { postgresEnv, rolePod, selectorLabels, variable } from './pod.ts';

const COMPONENT = 'docs';
const PORT = 8080;

/** The dbt documentation of the last good run. */
export class Docs extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { docs } = release.values;
    const name = release.named(COMPONENT);
    serviceAccount(this, release, COMPONENT);
    resource(
      this,
      'apps/v1 Deployment',
      { name, component: COMPONENT },
      {
        replicas: docs.replicas,
        selector: { matchLabels: selectorLabels(release, COMPONENT) },
        template: rolePod(release, COMPONENT, {
          command: 'docs',
          port: { name: 'http', number: PORT },
          env: [...postgresEnv(release), variable('DOCS_PORT', String(PORT))],
          resources: docs.resources,
          serviceAccount: name,
          migrates: true,
          terminationGracePeriodSeconds: 30,
        }),
      },
    );
    service(this, release, COMPONENT, [{ name: 'http', port: PORT }]);
  }
}
