import { describe, expect, test } from 'vitest';
import { databaseSettings, queueSettings } from './connections.ts';

const secret = { username: 'u', password: 'p' };

describe('the database', () => {
  test('is as the Secret says, and otherwise the usual', () => {
    expect(databaseSettings({ secretName: 's' }, { ...secret, host: 'db' })).toEqual({
      POSTGRES_HOST: 'db',
      POSTGRES_PORT: 5432,
      POSTGRES_DB: 'waymark',
      POSTGRES_USER: 'u',
      POSTGRES_PASSWORD: 'p',
    });
  });
  test('is as the Transformation says before all', () => {
    expect(
      databaseSettings(
        { secretName: 's', host: 'here', port: 1, name: 'n' },
        { ...secret, host: 'db', port: '2', dbname: 'm' },
      ),
    ).toMatchObject({ POSTGRES_HOST: 'here', POSTGRES_PORT: 1, POSTGRES_DB: 'n' });
  });
  test.each([
    [undefined, 'SecretMissing', 'there is no Secret s'],
    [{ username: 'u' }, 'SecretIncomplete', 'lacks password, host'],
    [{ ...secret, host: 'db', port: 'x' }, 'SecretIncomplete', 'the key port'],
  ])('%#: a Secret that will not do is named', (values, reason, message) => {
    expect(() => databaseSettings({ secretName: 's' }, values)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(message) }),
    );
  });
});

describe('the queue', () => {
  const queue = { secretName: 's', name: 'q', vhost: '/' };
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
