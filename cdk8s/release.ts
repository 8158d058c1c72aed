import { PARTS, type Part } from '../src/platform/roles.ts';
import { both, choose, equals, isEmpty, Leaf, not, orElse, type Resolution, text } from './leaf.ts';
import type { Leaves } from './value.ts';
import type { values } from './values.ts';

export type ChartValues = Leaves<typeof values>;

/** What every part of the tree is told: the values, and the names that depend on the release. */
export interface Release {
  readonly values: ChartValues;
  readonly resolution: Resolution;
  readonly name: Leaf<string>;
  /** `{release}-{component}`: of deployments, services and whatever belongs to them. */
  named(component: string): Leaf<string>;
  readonly appImage: Leaf<string>;
  readonly dbtImage: Leaf<string>;
  readonly postgres: {
    host: Leaf<string>;
    port: Leaf<number>;
    /** Of the login that migrates. */
    secret: Leaf<string>;
    /** Of the logins of the parts. */
    logins: Record<Part, Leaf<string>>;
    ca: Authority;
  };
  readonly rabbitmq: {
    host: Leaf<string>;
    amqpUrl: Leaf<string>;
    managementUrl: Leaf<string>;
    secret: Leaf<string>;
    ca: Authority;
  };
  readonly apiSecret: Leaf<string>;
  readonly tokensSecret: Leaf<string>;
  readonly claim: Leaf<string>;
}

/** Where the certificates are of those that may sign a server's. */
export interface Authority {
  /** Whether there are any. */
  given: Leaf<boolean>;
  inSecret: Leaf<boolean>;
  secret: Leaf<string>;
  configMap: Leaf<string>;
  key: Leaf<string>;
}

const authorityOf = ({
  caSecret,
  caConfigMap,
  caKey,
}: Pick<ChartValues['postgres']['tls'], 'caSecret' | 'caConfigMap' | 'caKey'>): Authority => ({
  given: not(both(isEmpty(caSecret), isEmpty(caConfigMap))),
  inSecret: not(isEmpty(caSecret)),
  secret: caSecret,
  configMap: caConfigMap,
  key: caKey,
});

export interface ReleaseOptions {
  values: ChartValues;
  resolution: Resolution;
  /** The release's name in the plain form. */
  name: string;
  /** The namespace that the plain form is for. */
  namespace: string;
  /** The version of the program, and of the chart. */
  version: string;
}

export function releaseOf({
  values,
  resolution,
  name: plainName,
  namespace: plainNamespace,
  version,
}: ReleaseOptions): Release {
  const name = new Leaf(plainName, '.Release.Name');
  const namespace = new Leaf(plainNamespace, '.Release.Namespace');
  const appVersion = new Leaf(version, '.Chart.AppVersion');
  const named = (component: string) =>
    new Leaf(`${plainName}-${component}`, `printf "%s-${component}" .Release.Name`);
  const image = ({ repository, tag }: Pick<ChartValues['image'], 'repository' | 'tag'>) =>
    text`${repository}:${orElse(tag, appVersion)}`;

  const { postgres, rabbitmq, api, storage } = values;
  const rabbitmqHost = choose(rabbitmq.enabled, named('rabbitmq'), rabbitmq.host);
  const postgresSecret = orElse(postgres.existingSecret, named('postgres'));
  const encrypted = equals(rabbitmq.scheme, 'amqps');
  return {
    values,
    resolution,
    name,
    named,
    appImage: image(values.image),
    dbtImage: image(values.dbt.image),
    postgres: {
      host: choose(postgres.enabled, named('postgres'), postgres.host),
      port: postgres.port,
      secret: postgresSecret,
      logins: Object.fromEntries(
        PARTS.map((part) => {
          const otherwise = choose(postgres.enabled, named(`postgres-${part}`), postgresSecret);
          return [part, orElse(postgres.logins[part].existingSecret, otherwise)];
        }),
      ) as Release['postgres']['logins'],
      ca: authorityOf(postgres.tls),
    },
    rabbitmq: {
      host: rabbitmqHost,
      amqpUrl: text`${rabbitmq.scheme}://${rabbitmqHost}:${rabbitmq.port}/${urlEncoded(rabbitmq.vhost)}`,
      managementUrl: choose(
        isEmpty(rabbitmq.managementUrl),
        // KEDA asks from a namespace of its own.
        choose(
          encrypted,
          text`https://${rabbitmqHost}:15671`,
          text`http://${choose(rabbitmq.enabled, text`${named('rabbitmq')}.${namespace}.svc`, rabbitmq.host)}:15672`,
        ),
        rabbitmq.managementUrl,
      ),
      secret: orElse(rabbitmq.existingSecret, named('rabbitmq')),
      ca: authorityOf(rabbitmq.tls),
    },
    apiSecret: orElse(api.existingSecret, named('api')),
    tokensSecret: orElse(api.tokensSecret, named('api-tokens')),
    claim: orElse(storage.existingClaim, named('storage')),
  };
}

const urlEncoded = (leaf: Leaf<string>): Leaf<string> =>
  new Leaf(encodeURIComponent(leaf.plain), `urlquery (${leaf.expression})`);
