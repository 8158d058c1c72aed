import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Identity, identify, lives } from './identity.ts';

/** Somebody else holds the lock. */
export class LockedError extends Error {
  override name = 'LockedError';
  readonly pid: number;
  constructor(file: string, pid: number) {
    super(`process ${pid} holds ${file}`);
    this.pid = pid;
  }
}

/** How often a waiting process looks whether the lock is free, in milliseconds. */
const LOOK_EVERY_MS = 300;

/**
 * Takes a lock file, which is given back when the process ends at the latest; a dead holder's is taken over.
 * @returns a function that gives it back
 * @throws LockedError when a living process holds it
 */
export function takeLock(file: string): () => void {
  mkdirSync(dirname(file), { recursive: true });
  const own = identify(process.pid)!;
  // Written first and linked then, so that nobody ever reads half a lock. The id stands alone in the first line, for
  // whoever only wants to know whether somebody lives.
  const draft = `${file}.${own.pid}`;
  writeFileSync(draft, `${own.pid}\n${JSON.stringify(own)}\n`, { mode: 0o600 });
  try {
    return claim(file, draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

function claim(file: string, draft: string): () => void {
  for (;;) {
    try {
      linkSync(draft, file);
      const release = () => {
        process.off('exit', release);
        rmSync(file, { force: true });
      };
      process.on('exit', release);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder) throw new LockedError(file, holder.pid);
    rmSync(file, { force: true });
  }
}

/** The living process that holds a lock file; undefined if there is none. */
export function holderOf(file: string): Identity | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8').split('\n')[1] ?? '') as Identity;
    return lives(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Does `work` while holding the lock; waits for others who have it, having called `onWait` once. */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  for (let waited = false; ; waited = true) {
    let release: () => void;
    try {
      release = takeLock(file);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (!waited) onWait();
      await delay(LOOK_EVERY_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      release();
    }
  }
}
