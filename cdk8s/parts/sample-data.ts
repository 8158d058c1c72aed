import { Construct } from 'constructs';
import { literal, text } from '../leaf.ts';
import type { Release } from '../release.ts';
import { API_PORT } from './api.ts';
import { resource, serviceAccount } from './construct.ts';
import { secretVariable, variable } from './env.ts';
import { containerSecurity, everyPod, NODE_USER, selectorLabels } from './pod.ts';

const COMPONENT = 'sample-data';

/** A Job that sends both sample sets, as a client would. */
export class SampleData extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { values } = release;
    const name = release.named(COMPONENT);
    serviceAccount(this, release, COMPONENT);
    resource(
      this,
      'batch/v1 Job',
      {
        name,
        component: COMPONENT,
        // A Job cannot be changed: an upgrade replaces it.
        annotations: {
          'helm.sh/hook': 'post-install,post-upgrade',
          'helm.sh/hook-delete-policy': 'before-hook-creation',
        },
      },
      {
        backoffLimit: 5,
        template: {
          metadata: { labels: selectorLabels(release, COMPONENT) },
          spec: {
            restartPolicy: 'OnFailure',
            ...everyPod(release, COMPONENT, NODE_USER),
            containers: [
              {
                name: COMPONENT,
                image: release.appImage,
                imagePullPolicy: values.image.pullPolicy,
                args: ['load', '--no-wait', 'samples/set-1', 'samples/set-2'],
                env: [
                  variable('API_URL', text`http://${release.named('api')}:${literal(API_PORT)}`),
                  secretVariable('API_TOKEN', release.apiSecret, 'token'),
                ],
                securityContext: containerSecurity(true),
                resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } } as never,
              },
            ],
          },
        },
      },
    );
  }
}
