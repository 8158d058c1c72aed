import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

describe('the broker', () => {
  const cases: [string, NodeJS.ProcessEnv, string][] = [
    ['is as the URL says', { AMQP_URL: 'amqp://u:p@broker:5672/v' }, 'amqp://u:p@broker:5672/v'],
    [
      'gets user and password of their own',
      { AMQP_URL: 'amqp://broker:5672', AMQP_USERNAME: 'u', AMQP_PASSWORD: 'p' },
      'amqp://u:p@broker:5672',
    ],
    [
      'they beat those of the URL',
      { AMQP_URL: 'amqp://u:p@broker/v', AMQP_USERNAME: 'other', AMQP_PASSWORD: 'q' },
      'amqp://other:q@broker/v',
    ],
    [
      'any character may stand in them',
      { AMQP_URL: 'amqp://broker', AMQP_USERNAME: 'u@b', AMQP_PASSWORD: 'p/:%41é?#' },
      'amqp://u%40b:p%2F%3A%2541%C3%A9%3F%23@broker',
    ],
    [
      'an empty variable counts as not set',
      { AMQP_URL: 'amqp://u:p@broker', AMQP_USERNAME: '', AMQP_PASSWORD: '' },
      'amqp://u:p@broker',
    ],
  ];
  test.each(cases)('%s', (_, env, url) => {
    expect(readConfig(env, 'amqp').AMQP_URL).toBe(url);
  });
});

test('every variable that is wrong is named', () => {
  const read = () =>
    readConfig({ AMQP_URL: 'http://broker', POSTGRES_PORT: 'x' }, 'amqp', 'postgres', 'operator');
  expect(read).toThrow(ConfigError);
  for (const name of ['AMQP_URL', 'POSTGRES_PORT', 'WATCH_NAMESPACE: is not set']) expect(read).toThrow(name);
});

test('a token that no client could send is refused', () => {
  expect(() => readConfig({ API_TOKEN: 'sixteen characters and spaces' }, 'api')).toThrow(
    /API_TOKEN: must hold no spaces/,
  );
});

describe('the storage', () => {
  const read = (env: NodeJS.ProcessEnv) => readConfig(env, 'storage');

  test.each([
    [{ STORAGE_URL: 'file:///var/lib/waymark' }],
    [{ STORAGE_URL: 's3://payers' }],
    [{ STORAGE_URL: 's3://payers/team/waymark', S3_ENCRYPTION: 'aws:kms', S3_KMS_KEY_ID: 'alias/waymark' }],
    [{ STORAGE_URL: 's3://payers', S3_ENDPOINT: '', S3_KMS_KEY_ID: '', S3_PATH_STYLE: '' }],
  ])('may be %o', (env) => {
    expect(read(env).STORAGE_URL).toBe(env.STORAGE_URL);
  });

  test.each([
    [{}, 'STORAGE_URL: is not set'],
    [{ STORAGE_URL: 'ftp://host/' }, 'STORAGE_URL: '],
    [{ STORAGE_URL: 's3:///prefix' }, 'STORAGE_URL: must name a bucket'],
    [{ STORAGE_URL: 's3://My_Bucket/' }, 'STORAGE_URL: must name a bucket'],
    [{ STORAGE_URL: 's3://payers?region=x' }, 'STORAGE_URL: must be s3://bucket/prefix and no more'],
    [{ STORAGE_URL: 's3://payers:9000/x' }, 'STORAGE_URL: must be s3://bucket/prefix and no more'],
    [{ STORAGE_URL: 's3://key:secret@payers/' }, 'STORAGE_URL: must hold no credentials'],
    [{ STORAGE_URL: 's3://payers', S3_ENDPOINT: 'minio:9000' }, 'S3_ENDPOINT: '],
    [{ STORAGE_URL: 's3://payers', S3_PATH_STYLE: 'perhaps' }, 'S3_PATH_STYLE: '],
    [{ STORAGE_URL: 's3://payers', S3_ENCRYPTION: 'aes' }, 'S3_ENCRYPTION: '],
    [{ STORAGE_URL: 's3://payers', S3_KMS_KEY_ID: 'k' }, 'S3_KMS_KEY_ID: is of no use unless S3_ENCRYPTION'],
  ])('may not be %o', (env, complaint) => {
    expect(() => read(env)).toThrow(ConfigError);
    expect(() => read(env)).toThrow(complaint);
    expect(() => read(env)).not.toThrow(/secret@/);
  });
});
