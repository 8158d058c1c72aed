import type { Config } from '../platform/config.ts';
import type { ManagedQueue } from '../queue/depth.ts';
import { Problem } from './problem.ts';
import type { Authority, Spec } from './transformation.ts';

export type SecretValues = Record<string, string>;

const DEFAULT_PORT = 5432;
const DEFAULT_DATABASE = 'waymark';
const MANAGEMENT_PORT = 15672;

/**
 * Where the ledger is.
 * @param ca what the Transformation names as CA
 * @throws Problem naming the keys that the Secret lacks
 */
export function databaseSettings(
  spec: Spec['database'],
  secret: SecretValues | undefined,
  ca?: string,
): Config<'postgres'> {
  const value = keysOf(spec.secretName, secret, [
    'username',
    'password',
    ...(spec.host === undefined ? ['host'] : []),
  ]);
  const port = spec.port ?? Number(value.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Problem('SecretIncomplete', `the key port of the Secret ${spec.secretName} is not a port`);
  return {
    POSTGRES_HOST: spec.host ?? value.host!,
    POSTGRES_PORT: port,
    POSTGRES_DB: spec.name ?? value.dbname ?? DEFAULT_DATABASE,
    POSTGRES_USER: value.username!,
    POSTGRES_PASSWORD: value.password!,
    POSTGRES_ROLE_PREFIX: spec.rolePrefix,
    ...tlsSettings(spec.tls.mode, ca),
  };
}

function tlsSettings(mode: Spec['database']['tls']['mode'], ca: string | undefined) {
  if (mode === 'disable') return {};
  if (mode.startsWith('verify') && ca === undefined)
    throw new Problem(
      'CertificatesMissing',
      `spec.database.tls.mode is ${mode}: set caSecretName or caConfigMapName beside it`,
    );
  return { POSTGRES_SSLMODE: mode, POSTGRES_SSLROOTCERT: ca };
}

/**
 * The certificates of the CA that is named; undefined where none is.
 * @param read gives the values of a Secret or ConfigMap
 * @throws Problem where it is not there
 */
export async function authorityOf(
  { caSecretName, caConfigMapName, caKey }: Authority,
  read: {
    secret(name: string): Promise<SecretValues | undefined>;
    configMap(name: string): Promise<SecretValues | undefined>;
  },
): Promise<string | undefined> {
  const kind = caSecretName ? 'Secret' : 'ConfigMap';
  const name = caSecretName ?? caConfigMapName;
  if (name === undefined) return undefined;
  const values = await (caSecretName ? read.secret(name) : read.configMap(name));
  const ca = values?.[caKey];
  if (ca?.includes('-----BEGIN CERTIFICATE')) return ca;
  const what = values
    ? `the key ${caKey} of the ${kind} ${name} holds no certificate in PEM`
    : `there is no ${kind} ${name} in this namespace`;
  throw new Problem('CertificatesMissing', `${what}: put the CA's there`);
}

/** Where the queue is counted. @throws Problem naming the keys that the Secret lacks */
export function queueSettings(
  spec: Spec['queue'],
  secret: SecretValues | undefined,
  ca?: string,
): ManagedQueue {
  const given = spec.managementUrl ?? secret?.managementUrl;
  const value = keysOf(spec.secretName, secret, [
    'username',
    'password',
    ...(given === undefined ? ['host'] : []),
  ]);
  const managementUrl = given ?? `http://${value.host}:${MANAGEMENT_PORT}`;
  if (!URL.canParse(managementUrl))
    throw new Problem('SecretIncomplete', `the management URL of the Secret ${spec.secretName} is not a URL`);
  return {
    managementUrl,
    username: value.username!,
    password: value.password!,
    vhost: spec.vhost,
    name: spec.name,
    ca,
  };
}

function keysOf(name: string, secret: SecretValues | undefined, keys: string[]): SecretValues {
  if (!secret) throw new Problem('SecretMissing', `there is no Secret ${name} in this namespace: create it`);
  const missing = keys.filter((key) => !secret[key]);
  if (missing.length > 0)
    throw new Problem('SecretIncomplete', `the Secret ${name} lacks ${missing.join(', ')}`);
  return secret;
}
