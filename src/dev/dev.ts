import { runDemo } from './demo.ts';
import { awaitEnding, type Ending } from './ending.ts';
import { removeEnvFile, writeEnvFile } from './env-file.ts';
import { endLeftovers, listChildren } from './leftovers.ts';
import { LockedError, takeLock } from './lock.ts';
import { readManifest } from './manifest.ts';
import { DEV_LOCK, ENV_FILE } from './paths.ts';
import {
  addressesOf,
  killPipeline,
  type Running,
  startPipeline,
  stopPipeline,
  variablesOf,
} from './pipeline.ts';
import { setUp } from './setup.ts';

/** Exit codes of what a signal ended before it was done (the shell's convention: 128 and the signal's number). */
const INTERRUPTED: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

export interface DevOptions {
  /** Sends the sample files, and shows what came of them. */
  demo: boolean;
  /** Ends after that. */
  once: boolean;
}

/**
 * `waymark dev`: the whole pipeline in one terminal, until Ctrl-C.
 * @returns the exit code: 0 after an orderly stop; for the demo, only if its figures are those of the samples' manifest
 */
export async function dev(options: DevOptions): Promise<number> {
  // The wrapper may have installed packages before: who waited for that counts it, too.
  const startedAt = Number(process.env.WAYMARK_STARTED_AT) || Date.now();
  const release = onlyOne();
  if (!release) return 1;
  const running: Running = { servers: [], roles: [] };
  const ending = awaitEnding(() => {
    console.log('Killing what still runs ...');
    killPipeline(running);
  });
  try {
    const good = await work(options, { startedAt, ending, running });
    return good ? 0 : 1;
  } catch (error) {
    const cause = ending.failure ?? error;
    if (!ending.failure && ending.stoppedBy) return INTERRUPTED[ending.stoppedBy] ?? 1;
    console.error(`\n${cause instanceof Error ? cause.message : cause}`);
    return 1;
  } finally {
    removeEnvFile(ENV_FILE);
    console.log('\nStopping everything ...');
    await stopPipeline(running);
    ending.dispose();
    release();
  }
}

type Context = { startedAt: number; ending: Ending; running: Running };

async function work({ demo, once }: DevOptions, { startedAt, ending, running }: Context): Promise<boolean> {
  const { signal } = ending;
  const say = (line: string) => console.log(line);
  const manifest = demo ? readManifest() : undefined;
  removeEnvFile(ENV_FILE); // A killed run's addresses.
  const left = await endLeftovers();
  if (left.length > 0) say(`Stopped what an earlier run, which was killed, had left: ${left.join(', ')}.`);
  listChildren();
  await setUp({ signal, forTests: false });

  const pipeline = await startPipeline({ ending, say, running });
  writeEnvFile(ENV_FILE, variablesOf(pipeline));
  say(`Waymark is ready.\n${addressesOf(pipeline)}`);

  const good = manifest === undefined || (await runDemo({ manifest, pipeline, startedAt, signal }));
  if (!once) {
    say('\nWaymark goes on serving. Ctrl-C stops everything.');
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  if (ending.failure) throw ending.failure;
  return good;
}

/** @returns a function that gives the permission to run back; undefined, having said why, where another one runs */
function onlyOne(): (() => void) | undefined {
  try {
    return takeLock(DEV_LOCK);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    console.error(
      `Waymark runs in this clone already (process ${error.pid}), and only one can work on its data at a time.\n` +
        'Its addresses are in .waymark/env; Ctrl-C in its terminal stops it.',
    );
    return undefined;
  }
}
