import { Construct } from 'constructs';
import type { Release } from '../release.ts';
import { variable } from './env.ts';
import { deployRole } from './role.ts';

const COMPONENT = 'docs';
const PORT = 8080;

/** The dbt documentation of the last good run. */
export class Docs extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { docs } = release.values;
    deployRole(this, release, COMPONENT, {
      command: 'docs',
      replicas: docs.replicas,
      port: { name: 'http', number: PORT },
      env: [variable('DOCS_PORT', String(PORT))],
      resources: docs.resources,
      ledgerAs: 'docs',
      terminationGracePeriodSeconds: 30,
    });
  }
}
