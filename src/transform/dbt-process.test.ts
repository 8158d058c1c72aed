import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { parseSummary } from './summary.ts';

const RUN_PY = fileURLToPath(new URL('../../dbt/run.py', import.meta.url));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** Starts `run.py`; its end tells the exit code and the summary, which is the last line. */
function runPy(env: Record<string, string>): { child: ChildProcess; end: Promise<[number | null, unknown]> } {
  const { config } = database;
  const child = spawn(process.env.DBT_PYTHON ?? 'python3', [RUN_PY], {
    env: { ...process.env, ...config, POSTGRES_PORT: String(config.POSTGRES_PORT), ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  const end = once(child, 'close').then(
    ([code]) => [code, parseSummary(output.trim().split('\n').at(-1)!)] as [number | null, unknown],
  );
  return { child, end };
}

test('a run that is stopped leaves with 143: it may be started again', async () => {
  const { child, end } = runPy({});
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  expect(await end).toEqual([
    143,
    expect.objectContaining({ outcome: 'failed', message: 'stopped by a signal' }),
  ]);
});

test('a run without a database leaves with 2, and says why', async () => {
  const { end } = runPy({ POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' });
  expect(await end).toEqual([2, expect.objectContaining({ outcome: 'failed', message: expect.any(String) })]);
});
