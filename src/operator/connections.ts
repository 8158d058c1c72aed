import type { Config } from '../platform/config.ts';
import type { ManagedQueue } from '../queue/depth.ts';
import { Problem } from './problem.ts';
import type { Spec } from './transformation.ts';

export type SecretValues = Record<string, string>;

const DEFAULT_PORT = 5432;
const DEFAULT_DATABASE = 'waymark';
const MANAGEMENT_PORT = 15672;

/** Where the ledger is. @throws Problem naming the keys that the Secret lacks */
export function databaseSettings(
  spec: Spec['database'],
  secret: SecretValues | undefined,
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
  };
}

/** Where the queue is counted. @throws Problem naming the keys that the Secret lacks */
export function queueSettings(spec: Spec['queue'], secret: SecretValues | undefined): ManagedQueue {
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
  };
}

function keysOf(name: string, secret: SecretValues | undefined, keys: string[]): SecretValues {
  if (!secret) throw new Problem('SecretMissing', `there is no Secret ${name} in this namespace: create it`);
  const missing = keys.filter((key) => !secret[key]);
  if (missing.length > 0)
    throw new Problem('SecretIncomplete', `the Secret ${name} lacks ${missing.join(', ')}`);
  return secret;
}
