import { describe, expect, test } from 'vitest';
import { authorityOf, databaseSettings, queueSettings } from './connections.ts';
import { Spec } from './transformation.ts';

const secret = { username: 'u', password: 'p' };
const database = (spec: object) => Spec.shape.database.parse({ secretName: 's', ...spec });
const PEM = '-----BEGIN CERTIFICATE-----';

describe('the database', () => {
  test('is as the Secret says, and otherwise the usual', () => {
    expect(databaseSettings(database({}), { ...secret, host: 'db' })).toEqual({
      POSTGRES_HOST: 'db',
      POSTGRES_PORT: 5432,
      POSTGRES_DB: 'waymark',
      POSTGRES_USER: 'u',
      POSTGRES_PASSWORD: 'p',
    });
  });
  test('is as the Transformation says before all', () => {
    expect(
      databaseSettings(database({ host: 'here', port: 1, name: 'n' }), {
        ...secret,
        host: 'db',
        port: '2',
        dbname: 'm',
      }),
    ).toMatchObject({ POSTGRES_HOST: 'here', POSTGRES_PORT: 1, POSTGRES_DB: 'n' });
  });
  test.each([
    [undefined, 'SecretMissing', 'there is no Secret s'],
    [{ username: 'u' }, 'SecretIncomplete', 'lacks password, host'],
    [{ ...secret, host: 'db', port: 'x' }, 'SecretIncomplete', 'the key port'],
  ])('%#: a Secret that will not do is named', (values, reason, message) => {
    expect(() => databaseSettings(database({}), values)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(message) }),
    );
  });
});

describe('the queue', () => {
  const queue = Spec.shape.queue.parse({ secretName: 's', name: 'q' });
  test.each([
    [queue, { ...secret, host: 'mq' }, 'http://mq:15672'],
    [queue, { ...secret, managementUrl: 'https://mq' }, 'https://mq'],
    [{ ...queue, managementUrl: 'http://here' }, { ...secret, managementUrl: 'https://mq' }, 'http://here'],
  ])('%#: is counted where the Transformation or else the Secret says', (spec, values, managementUrl) => {
    expect(queueSettings(spec, values)).toEqual({
      managementUrl,
      username: 'u',
      password: 'p',
      vhost: '/',
      name: 'q',
    });
  });
  test('needs a host from somewhere', () => {
    expect(() => queueSettings(queue, secret)).toThrow(/lacks host/);
  });
});

describe('TLS', () => {
  const verifying = database({ tls: { mode: 'verify-full', caSecretName: 'ca' }, rolePrefix: 'claims' });

  test('is as the Transformation says, with the certificates that it names', () => {
    expect(databaseSettings(verifying, { ...secret, host: 'db' }, PEM)).toMatchObject({
      POSTGRES_SSLMODE: 'verify-full',
      POSTGRES_SSLROOTCERT: PEM,
      POSTGRES_ROLE_PREFIX: 'claims',
    });
  });
  test('is not begun without the certificates that it takes', () => {
    expect(() => databaseSettings(verifying, { ...secret, host: 'db' })).toThrow(
      /mode is verify-full: set caSecretName/,
    );
  });
  test.each([
    [{ caKey: 'ca.crt' }, undefined],
    [{ caKey: 'ca.crt', caSecretName: 'held' }, PEM],
    [{ caKey: 'bundle', caConfigMapName: 'held' }, PEM],
  ])('%#: certificates are where they are said to be', async (where, expected) => {
    const held = async (name: string) =>
      name === 'held' ? { 'ca.crt': PEM, bundle: PEM, other: 'text' } : undefined;
    expect(await authorityOf(where, { secret: held, configMap: held })).toBe(expected);
  });
  test.each([
    [{ caKey: 'ca.crt', caSecretName: 'gone' }, 'there is no Secret gone'],
    [{ caKey: 'ca.crt', caConfigMapName: 'gone' }, 'there is no ConfigMap gone'],
    [{ caKey: 'other', caSecretName: 'held' }, 'the key other of the Secret held holds no certificate'],
  ])('%#: those that are not there are named', async (where, message) => {
    const held = async (name: string) => (name === 'held' ? { other: 'text' } : undefined);
    await expect(authorityOf(where, { secret: held, configMap: held })).rejects.toMatchObject({
      reason: 'CertificatesMissing',
      message: expect.stringContaining(message),
    });
  });
});
