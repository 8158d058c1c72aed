import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeEnvFile } from '../src/dev/env-file.ts';
import { addVariables, parseEnvironment } from './environment.js';

const folder = mkdtempSync(join(tmpdir(), 'waymark-'));
const file = join(folder, 'env');
const variables = { API_TOKEN: "it's $HOME", AMQP_URL: 'amqp://a:b@c/%2F', EMPTY: '' };
afterAll(() => rmSync(folder, { recursive: true }));

test('what dev writes is read again, by us and by sh, and by nobody else', () => {
  writeEnvFile(file, variables);
  expect(parseEnvironment(readFileSync(file, 'utf8'))).toEqual(variables);
  const script = `set -a; . "$0"; printf '%s|%s|%s' "$API_TOKEN" "$AMQP_URL" "$EMPTY"`;
  expect(execFileSync('sh', ['-c', script, file], { encoding: 'utf8' })).toBe(
    Object.values(variables).join('|'),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a variable that is set wins, and keeps out those that belong to it', () => {
  const running = {
    POSTGRES_HOST: 'local',
    POSTGRES_PORT: '1',
    PGHOST: 'local',
    API_URL: 'u',
    API_TOKEN: 't',
  };
  const env = { POSTGRES_HOST: 'elsewhere', API_TOKEN: 'own' };
  addVariables(env, running);
  expect(env).toEqual({ POSTGRES_HOST: 'elsewhere', API_TOKEN: 'own', API_URL: 'u' });
});
