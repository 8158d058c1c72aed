import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { forget, remember } from './leftovers.ts';
import { logTail } from './log-tail.ts';

/** A process that was started ended, or could not be started, when it should have run. */
export class ChildError extends Error {
  override name = 'ChildError';
}

export interface ChildOptions {
  name: string;
  command: string[];
  env: NodeJS.ProcessEnv;
  /** The file that takes what it writes. */
  log: string;
  cwd?: string;
  /** The signal that ends it in order; where the system can, it also gets it when this process dies. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is killed, in milliseconds. */
  graceMs?: number;
  /** Runs as this user, which only root can ask for. */
  user?: string;
  /** Opens a channel, on whose end a Waymark role stops by itself. */
  channel?: boolean;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Whether it still runs. */
  readonly running: boolean;
  /** Resolves, never rejects, when it has ended: with how it did, in words. */
  readonly ended: Promise<string>;
  /** Ends it: in order, and by force after its time of grace. */
  stop(): Promise<void>;
  /** Ends it by force, now. */
  kill(): void;
}

const GRACE_MS = 20_000;

/** Starts a process in a group of its own: Ctrl-C on the terminal reaches this process only, which then decides. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, log, stopSignal = 'SIGTERM', graceMs = GRACE_MS } = options;
  const [program, ...args] = [...wrapper(options, stopSignal), ...options.command];
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, 'a', 0o600);
  const child = spawn(program!, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: options.channel ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
  });
  closeSync(output);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new ChildError(`${name} cannot be started: ${(cause as Error).message}`, { cause });
  }
  const pid = child.pid!;
  remember(name, pid, stopSignal);
  // The last resort, if this process ends without having stopped its children.
  const onExit = () => child.kill(stopSignal);
  process.on('exit', onExit);
  const ended = endOf(child).then((how) => {
    process.off('exit', onExit);
    forget(pid);
    return how;
  });
  return {
    name,
    pid,
    log,
    get running() {
      return isRunning(child);
    },
    ended,
    kill: () => {
      if (isRunning(child)) killGroup(pid);
    },
    async stop() {
      if (!isRunning(child)) return;
      child.kill(stopSignal);
      const patience = new AbortController();
      const outOfTime = delay(graceMs, true, { signal: patience.signal }).catch(() => false);
      if ((await Promise.race([ended, outOfTime])) === true) killGroup(pid);
      patience.abort();
      await ended;
    },
  };
}

/** Moves the log of the run before out of the way, so that a log tells of one run; the one before stays readable. */
export function turnLog(log: string): void {
  try {
    renameSync(log, `${log}.1`);
  } catch {
    // There was none.
  }
}

/** Waits until `check` stops throwing. @throws ChildError with the end of its log if the child ends before, or never */
export async function untilReady(
  child: Child,
  check: () => Promise<unknown>,
  options: { signal: AbortSignal; withinMs?: number },
): Promise<void> {
  const { signal, withinMs = 120_000 } = options;
  const deadline = Date.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    if (!child.running) throw new ChildError(`${child.name} ${await child.ended}\n${endOfLog(child)}`);
    try {
      await check();
      return;
    } catch (cause) {
      if (Date.now() > deadline)
        throw new ChildError(`${child.name} is not ready after ${withinMs / 1000} s\n${endOfLog(child)}`, {
          cause,
        });
    }
    await Promise.race([child.ended, delay(100, undefined, { signal })]);
  }
}

export const endOfLog = (child: Pick<Child, 'log'>): string =>
  `The end of ${child.log}:\n${logTail(child.log)}`;

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

async function endOf(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'exit');
  return signal ? `was ended by ${signal}` : `ended with code ${code}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

let canFollow: boolean | undefined;

/** setpriv(1) where it is there: it changes the user, and asks the kernel for a signal when this process dies. */
function wrapper({ user, channel }: ChildOptions, stopSignal: NodeJS.Signals): string[] {
  if (process.platform !== 'linux' || channel) return [];
  const follow = ['--pdeathsig', stopSignal.slice('SIG'.length)];
  canFollow ??= spawnSync('setpriv', [...follow, '--', 'true'], { stdio: 'ignore' }).status === 0;
  if (!user) return canFollow ? ['setpriv', ...follow, '--'] : [];
  return ['setpriv', ...asUser(user), ...(canFollow ? follow : []), '--'];
}

/** Arguments of setpriv(1) that make another user of root. */
export const asUser = (user: string): string[] => [`--reuid=${user}`, `--regid=${user}`, '--init-groups'];
