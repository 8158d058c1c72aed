import { expect, test } from 'vitest';
import { isQueryTimeout } from '../platform/database.ts';
import { ledgerProblem, Pipeline } from './pipeline.ts';

const SETTINGS = {
  POSTGRES_HOST: 'postgres',
  POSTGRES_PORT: 5432,
  POSTGRES_DB: 'waymark',
  POSTGRES_USER: 'waymark',
  POSTGRES_PASSWORD: 'secret',
};

test('a ledger that gives no answer holds a Transformation up for a minute, and is a problem of it', async () => {
  const pipeline = new Pipeline('uid-1', () => {});
  expect(pipeline.ledger(SETTINGS).options).toMatchObject({ query_timeout: 60_000 });
  await pipeline.close();
  const noAnswer = new Error('Query read timeout');
  expect(isQueryTimeout(noAnswer)).toBe(true);
  expect(ledgerProblem(noAnswer)).toMatchObject({ reason: 'DatabaseUnavailable' });
});

test('connections are kept until the settings differ', async () => {
  const pipeline = new Pipeline('uid-1', () => {});
  const pool = pipeline.ledger(SETTINGS);
  expect(pipeline.ledger({ ...SETTINGS })).toBe(pool);
  expect(pipeline.ledger({ ...SETTINGS, POSTGRES_PASSWORD: 'rotated' })).not.toBe(pool);
  expect(pool.ended).toBe(true);
  await pipeline.close();
});
