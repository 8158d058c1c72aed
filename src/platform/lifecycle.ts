import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, readConfig } from './config.ts';
import { createLog, type Log, loggableError } from './log.ts';

/** What a role is given to live by. */
export interface Life {
  log: Log;
  /** Aborted once the process is told to stop. */
  stopping: AbortSignal;
  /** Registers what has to be released at the end; the last registered is released first. */
  onStop(release: () => Promise<unknown> | unknown): void;
  /** Ends the process because of an error that it cannot go on with. */
  fail(error: unknown): void;
}

/** The longest wait for releases after which the process ends all the same, in milliseconds. */
const STOP_DEADLINE_MS = 10 * 60_000;
/** And for what a library has left behind, once all is released. */
const LINGER_MS = 2000;

/**
 * Runs a role until SIGTERM, SIGINT, a parent that went away, or a failure; then releases what it registered.
 * Sets the exit code: 0 after an orderly stop, 1 after a failure.
 */
export async function live(role: string, start: (life: Life) => Promise<void>): Promise<void> {
  const log = createLog(role, readConfig(process.env, 'log').LOG_LEVEL);
  const stop = new AbortController();
  const releases: (() => Promise<unknown> | unknown)[] = [];
  const ended = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  const fail = (error: unknown) => {
    process.exitCode = 1;
    if (error instanceof ConfigError) log.fatal(error.message);
    else log.fatal({ err: error }, 'cannot go on');
    stop.abort();
  };
  const toldToStop = (reason: string) => () => {
    if (!stop.signal.aborted) log.info({ reason }, 'stopping');
    stop.abort();
  };
  process.on('SIGTERM', toldToStop('SIGTERM')).on('SIGINT', toldToStop('SIGINT'));
  // A role started by `waymark dev` has a channel to it: when dev is gone, nobody is left to stop the role.
  process.on('disconnect', toldToStop('the parent process ended'));
  process.on('unhandledRejection', fail).on('uncaughtException', fail);

  try {
    await start({ log, stopping: stop.signal, onStop: (release) => releases.push(release), fail });
    if (!stop.signal.aborted) log.info('started');
    await ended;
  } catch (error) {
    fail(error);
  }
  const deadline = setTimeout(() => {
    log.error('stopping took too long');
    process.exit(1);
  }, STOP_DEADLINE_MS).unref();
  for (const release of releases.reverse()) {
    try {
      await release();
    } catch (error) {
      log.warn({ err: loggableError(error) }, 'while stopping');
    }
  }
  clearTimeout(deadline);
  log.info('stopped');
  process.channel?.unref();
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Waits, but not longer than until `signal` is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await delay(seconds * 1000, undefined, { signal }).catch(() => {});
}

/** Calls `step` again and again until `signal` is aborted, pausing between calls; errors are given to `onError`. */
export async function repeat(
  step: () => Promise<void>,
  options: { everySeconds: number; signal: AbortSignal; onError: (error: unknown) => void },
): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await step();
    } catch (error) {
      options.onError(error);
    }
    await pause(options.everySeconds, options.signal);
  }
}
