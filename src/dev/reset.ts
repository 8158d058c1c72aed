import { existsSync, readdirSync, rmSync } from 'node:fs';
import { endLeftovers } from './leftovers.ts';
import { LockedError, takeLock } from './lock.ts';
import { DEV_LOCK, HOME } from './paths.ts';
import { removePostgres } from './postgres.ts';
import { removeRabbitmq } from './rabbitmq.ts';

/**
 * `waymark reset`: removes the data of this clone's `dev` and `demo`; with `all`, its tools as well.
 * @returns the exit code: 1 if they run
 */
export async function reset({ all }: { all: boolean }): Promise<number> {
  if (!existsSync(HOME)) {
    console.log('There is nothing to remove.');
    return 0;
  }
  let release: () => void;
  try {
    release = takeLock(DEV_LOCK);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    console.error(
      `Waymark runs in this clone (process ${error.pid}). Stop it first: Ctrl-C in its terminal.`,
    );
    return 1;
  }
  try {
    await endLeftovers();
    removePostgres(`${HOME}/postgres`);
    removeRabbitmq(`${HOME}/rabbitmq`);
    // Tests that run now, and the lock, are not ours to remove; tools take long to get.
    const kept = new Set(['test', 'dev.lock', 'install.lock', ...(all ? [] : ['tools'])]);
    for (const entry of readdirSync(HOME))
      if (!kept.has(entry)) rmSync(`${HOME}/${entry}`, { recursive: true, force: true });
  } finally {
    release();
  }
  console.log(
    all ? 'Data and tools are removed.' : 'The data is removed; the tools stay (--all removes them, too).',
  );
  return 0;
}
