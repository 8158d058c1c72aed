import type { ServiceType } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { Optional } from '../leaf.ts';
import type { Release } from '../release.ts';
import { resource, service, serviceAccount, setMap, When } from './construct.ts';
import {
  number,
  postgresEnv,
  rabbitmqEnv,
  rolePod,
  secretVariable,
  selectorLabels,
  variable,
} from './pod.ts';

const COMPONENT = 'api';
export const API_PORT = 8000;

/** The API with the relay: takes files in over HTTP. */
export class Api extends Construct {
  constructor(scope: Construct, release: Release) {
    super(scope, COMPONENT);
    const { api } = release.values;
    const name = release.named(COMPONENT);
    serviceAccount(this, release, COMPONENT);
    resource(
      this,
      'apps/v1 Deployment',
      { name, component: COMPONENT },
      {
        replicas: api.replicas,
        selector: { matchLabels: selectorLabels(release, COMPONENT) },
        template: rolePod(release, COMPONENT, {
          command: 'api',
          port: { name: 'http', number: API_PORT },
          env: [
            ...postgresEnv(release),
            ...rabbitmqEnv(release),
            secretVariable('API_TOKEN', release.apiSecret, 'token'),
            variable('API_PORT', String(API_PORT)),
            variable('MAX_UPLOAD_BYTES', number(api.maxUploadBytes)),
          ],
          resources: api.resources,
          serviceAccount: name,
          migrates: true,
          storesFiles: true,
          terminationGracePeriodSeconds: UPLOAD_GRACE_SECONDS,
        }),
      },
    );
    service(this, release, COMPONENT, [{ name: 'http', port: API_PORT }], {
      type: api.serviceType as unknown as ServiceType,
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

/** An upload that is under way when the pod is told to stop may take this long to come in. */
const UPLOAD_GRACE_SECONDS = 300;
