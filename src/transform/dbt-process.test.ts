import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/setup/database.ts';
import { parseSummary } from './summary.ts';

const RUN_PY = fileURLToPath(new URL('../../dbt/run.py', import.meta.url));
/** `run.py`, told to stop while it tells how the run went. */
const STOPPED_AT_THE_END = `
import os, signal, sys, run
finish = run.Summary.finish
def told_to_stop(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    finish(*arguments)
run.Summary.finish = told_to_stop
sys.exit(run.main())`;
/** A summary of many long names, not all of one byte a letter. */
const LONG_SUMMARY = `
from runner.summary import Summary
summary = Summary()
summary.add([{"unique_id": f"test.waymark.{'ä' * 200}{number}", "status": "fail"} for number in range(30)])
summary.finish(False, 1.5)`;
/** Shows, as the message of a summary, when the server looks for a client of a run that says nothing. */
const SHOW_KEEPALIVE = `
from runner import database
from runner.summary import Summary
summary = Summary()
summary.message = database.rows(database.connect("test"), "show tcp_keepalives_idle")[0][0]
summary.finish(True, 0)`;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

/** Starts `run.py`; its end tells the exit code and the summary, which is the last line. */
function runPy(
  env: Record<string, string>,
  args = [RUN_PY],
): { child: ChildProcess; end: Promise<[number | null, unknown]> } {
  const { config } = database;
  const child = spawn(process.env.DBT_PYTHON ?? 'python3', args, {
    cwd: dirname(RUN_PY),
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

test('a signal that comes when a run has ended changes nothing about its exit code', async () => {
  const { end } = runPy({ POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' }, ['-c', STOPPED_AT_THE_END]);
  expect(await end).toEqual([2, expect.objectContaining({ outcome: 'failed' })]);
});

test('a summary of many long names fits into a termination message', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-summary-'));
  try {
    const path = join(folder, 'message');
    const { end } = runPy({ WAYMARK_TERMINATION_PATH: path }, ['-c', LONG_SUMMARY]);
    expect(await end).toMatchObject([0, { tests: { failed: 30 } }]);
    const message = await readFile(path);
    expect(message.length).toBeLessThanOrEqual(4096);
    expect(parseSummary(message.toString())!.failing.length).toBeGreaterThan(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the server notices within a minute when a run is silently gone', async () => {
  const { end } = runPy({}, ['-c', SHOW_KEEPALIVE]);
  expect(await end).toMatchObject([0, { message: '30' }]);
});
