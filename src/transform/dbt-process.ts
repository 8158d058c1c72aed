import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { parseSummary, type RunSummary } from './summary.ts';

export type DbtResult =
  | { kind: 'finished'; summary: RunSummary }
  | { kind: 'broken'; message: string }
  | { kind: 'stopped' };

/**
 * Executes a run as a local process, `dbt/run.py`, and waits for its end.
 * @param signal ends dbt; the result is then `stopped`
 */
export async function runDbt(
  runId: string,
  config: Config<'dbt'> & Config<'postgres'>,
  log: Log,
  signal: AbortSignal,
): Promise<DbtResult> {
  const child = spawn(config.DBT_PYTHON, [join(config.DBT_PROJECT_DIR, 'run.py'), '--run-id', runId], {
    env: {
      ...process.env,
      POSTGRES_HOST: config.POSTGRES_HOST,
      POSTGRES_PORT: String(config.POSTGRES_PORT),
      POSTGRES_DB: config.POSTGRES_DB,
      POSTGRES_USER: config.POSTGRES_USER,
      POSTGRES_PASSWORD: config.POSTGRES_PASSWORD,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let lastLine = '';
  const read = (stream: NodeJS.ReadableStream, each: (line: string) => void) => {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') each(line);
    });
  };
  read(child.stdout, (line) => {
    lastLine = line;
    if (!line.startsWith('{')) log.info({ run_id: runId, dbt: line });
  });
  read(child.stderr, (line) => log.warn({ run_id: runId, dbt: line }));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (signal.aborted) return { kind: 'stopped' };
    const summary = parseSummary(lastLine);
    if (summary) return { kind: 'finished', summary };
    return {
      kind: 'broken',
      message: `dbt could not run (exit code ${code}); see the log of the transformation.`,
    };
  } catch (error) {
    return {
      kind: 'broken',
      message: `dbt could not be started: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`,
    };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
