import { Construct } from 'constructs';
import { joined, Optional } from '../leaf.ts';
import type { Release } from '../release.ts';
import { TOKENS_KEY } from '../secrets.ts';
import { resource, setMap, When } from './construct.ts';
import { type Env, number, variable } from './env.ts';
import { deployRole } from './role.ts';

const COMPONENT = 'api';
export const API_PORT = 8000;
/** An upload that is under way when the pod is told to stop may take this long to come in. */
const UPLOAD_GRACE_SECONDS = 300;

const TOKENS = 'tokens';
const TOKENS_PATH = '/etc/waymark/tokens';

/** Who may come in, how often, and from behind which proxies. */
const accessEnv = ({ values: { api }, apiSecret }: Release): Env[] => [
  // Where it is not there, tokens of the file and the identity provider are the ways in.
  { name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: apiSecret, key: 'token', optional: true } } },
  variable('API_TOKENS_FILE', `${TOKENS_PATH}/${TOKENS_KEY}`),
  variable('OIDC_ISSUER', api.oidc.issuer),
  variable('OIDC_AUDIENCE', api.oidc.audience),
  variable('OIDC_ROLE_CLAIM', api.oidc.roleClaim),
  variable('OIDC_CLIENTS_CLAIM', api.oidc.clientsClaim),
  variable('OIDC_CLOCK_TOLERANCE_SECONDS', number(api.oidc.clockToleranceSeconds)),
  variable('API_REQUESTS_PER_SECOND', number(api.rateLimit.requestsPerSecond)),
  variable('API_BURST', number(api.rateLimit.burst)),
  variable('TRUSTED_PROXIES', joined(api.trustedProxies)),
];

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
        ...accessEnv(release),
        variable('API_PORT', String(API_PORT)),
        variable('MAX_UPLOAD_BYTES', number(api.maxUploadBytes)),
        variable('MAX_CONCURRENT_UPLOADS', number(api.maxConcurrentUploads)),
        variable('UPLOAD_STALL_SECONDS', number(api.uploadStallSeconds)),
      ],
      secretFiles: [{ name: TOKENS, secret: release.tokensSecret, path: TOKENS_PATH }],
      resources: api.resources,
      ledgerAs: 'api',
      usesBroker: true,
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
