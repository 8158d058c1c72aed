import { atMost, both, equals, isEmpty, type Leaf, lengthOf, matches, not } from './leaf.ts';
import type { Release } from './release.ts';

/** Values that are right one by one, and wrong together. */
export interface Rule {
  broken: Leaf<boolean>;
  message: string;
}

/** Kubernetes appends up to 23 characters to a name (`-rabbitmq-` and a revision), and a label holds 63. */
const LONGEST_RELEASE_NAME = 40;

/** Of releases Helm takes more than of Services Kubernetes does. */
const SERVICE_NAME = '^[a-z][a-z0-9-]*$';

export function rulesOf({ name, values: { api, postgres, rabbitmq, storage } }: Release): Rule[] {
  const bringsNothing = (server: 'postgres' | 'rabbitmq', own: typeof postgres | typeof rabbitmq): Rule[] => {
    const off = not(own.enabled);
    const message = (missing: string) =>
      `${server}.enabled is false: set ${server}.${missing} to your own server's, or leave ${server}.enabled true`;
    return [
      { broken: both(off, isEmpty(own.host)), message: message('host') },
      { broken: both(off, isEmpty(own.existingSecret)), message: message('existingSecret') },
    ];
  };
  return [
    {
      broken: not(atMost(lengthOf(name), LONGEST_RELEASE_NAME)),
      message: `the release's name is too long: take one of at most ${LONGEST_RELEASE_NAME} characters`,
    },
    {
      broken: not(matches(name, SERVICE_NAME)),
      message: "the release's name must begin with a letter and hold no dots: Services are named after it",
    },
    {
      broken: both(equals(storage.type, 's3'), isEmpty(storage.s3.bucket)),
      message: 'storage.type is s3: set storage.s3.bucket to the bucket that is to hold the files',
    },
    {
      broken: both(not(isEmpty(storage.s3.kmsKeyId)), not(matches(storage.s3.encryption, '^aws:kms'))),
      message: 'storage.s3.kmsKeyId is of no use unless storage.s3.encryption is aws:kms or aws:kms:dsse',
    },
    {
      broken: both(not(isEmpty(api.oidc.issuer)), isEmpty(api.oidc.audience)),
      message: 'api.oidc.issuer is set: set api.oidc.audience to what its tokens for Waymark have as aud',
    },
    ...bringsNothing('postgres', postgres),
    ...bringsNothing('rabbitmq', rabbitmq),
    {
      broken: both(postgres.enabled, not(equals(postgres.tls.mode, 'disable'))),
      message:
        "the chart's own Postgres speaks no TLS: leave postgres.tls.mode at disable, or bring a server of your own",
    },
    {
      broken: both(rabbitmq.enabled, equals(rabbitmq.scheme, 'amqps')),
      message:
        "the chart's own RabbitMQ speaks no TLS: leave rabbitmq.scheme at amqp, or bring a server of your own",
    },
    {
      broken: both(
        matches(postgres.tls.mode, '^verify-'),
        both(isEmpty(postgres.tls.caSecret), isEmpty(postgres.tls.caConfigMap)),
      ),
      message: 'postgres.tls.mode asks for a CA: set postgres.tls.caSecret or postgres.tls.caConfigMap',
    },
    ...[postgres.tls, rabbitmq.tls].map(({ caSecret, caConfigMap }) => ({
      broken: both(not(isEmpty(caSecret)), not(isEmpty(caConfigMap))),
      message: 'tls.caSecret and tls.caConfigMap are both set: set the one that has the certificates',
    })),
  ];
}

export const rulesTemplate = (rules: Rule[]): string =>
  rules
    .map(
      ({ broken, message }) =>
        `{{- if ${broken.expression} }}{{ fail ${JSON.stringify(message)} }}{{ end }}\n`,
    )
    .join('');
