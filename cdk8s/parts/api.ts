import { Construct } from 'constructs';
import { Optional } from '../leaf.ts';
import type { Release } from '../release.ts';
import { resource, setMap, When } from './construct.ts';
import { number, secretVariable, variable } from './env.ts';
import { postgresEnv, rabbitmqEnv } from './pod.ts';
import { deployRole } from './role.ts';

const COMPONENT = 'api';
export const API_PORT = 8000;
/** An upload that is under way when the pod is told to stop may take this long to come in. */
const UPLOAD_GRACE_SECONDS = 300;

/** The API with the relay: takes files in over HTTP. */
export class Api extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { api } = release.values;
    deployRole(this, release, COMPONENT, {
      command: 'api',
      replicas: api.replicas,
      port: { name: 'http', number: API_PORT },
      serviceType: api.serviceType,
      env: [
        ...postgresEnv(release),
        ...rabbitmqEnv(release),
        secretVariable('API_TOKEN', release.apiSecret, 'token'),
        variable('API_PORT', String(API_PORT)),
        variable('MAX_UPLOAD_BYTES', number(api.maxUploadBytes)),
      ],
      resources: api.resources,
      migrates: true,
      storesFiles: true,
      terminationGracePeriodSeconds: UPLOAD_GRACE_SECONDS,
    });
    this.#ingress(release);
  }

  #ingress(release: Release): void {
    const { ingress } = release.values.api;
    const name = release.named(COMPONENT);
    const when = new When(this, 'way-in', ingress.enabled);
    const made = resource(
      when,
      'networking.k8s.io/v1 Ingress',
      { name, component: COMPONENT },
      {
        ingressClassName: new Optional(ingress.className),
        tls: ingress.tls as never,
        rules: [
          {
            host: ingress.host,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    );
    setMap(made, 'annotations', ingress.annotations);
  }
}
