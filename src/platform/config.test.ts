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
