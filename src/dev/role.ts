import { setTimeout as delay } from 'node:timers/promises';
import { type Child, ChildError, endOfLog, startChild, turnLog, untilReady } from './child.ts';
import type { Ending } from './ending.ts';
import { LOGS, PROJECT } from './paths.ts';

/** A process of Waymark as `dev` runs it. */
export interface RoleOptions {
  name: string;
  command: string;
  env: NodeJS.ProcessEnv;
  /** Where it answers /readyz. */
  url: string;
  ending: Ending;
  say: (line: string) => void;
}

export interface Role {
  name: string;
  stop(): Promise<void>;
  kill(): void;
}

/** Restarts in a row after which a role is given up. */
const RESTARTS = 5;
const FIRST_PAUSE_MS = 500;
/** A role that ran this long, in milliseconds, is well: what happens then counts as its first failure. */
const WELL_AFTER_MS = 60_000;
/** A consumer finishes its file first. */
const GRACE_MS = 60_000;

/** Starts a role and starts it again when it ends by itself. Resolves when it is ready. @throws ChildError if it never is */
export async function startRole(options: RoleOptions): Promise<Role> {
  const { name, ending, url } = options;
  turnLog(`${LOGS}/${name}.log`);
  let child = await start(options);
  let stopping = false;
  const kept = keep();

  try {
    await untilReady(child, () => ready(url, ending.signal), { signal: ending.signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, stop, kill: () => child.kill() };

  async function stop(): Promise<void> {
    stopping = true;
    await child.stop();
    await kept;
  }

  async function keep(): Promise<void> {
    for (let restarts = 0; ; restarts++) {
      const started = performance.now();
      const how = await child.ended;
      if (stopping || ending.signal.aborted) return;
      if (performance.now() - started > WELL_AFTER_MS) restarts = 0;
      if (restarts === RESTARTS)
        return ending.fail(new ChildError(`${name} ${how}, again and again.\n${endOfLog(child)}`));
      options.say(`${name} ${how}: starting it again (its log is ${child.log}).`);
      await delay(FIRST_PAUSE_MS * 2 ** restarts, undefined, { signal: ending.signal }).catch(() => {});
      if (stopping || ending.signal.aborted) return;
      try {
        child = await start(options);
      } catch (error) {
        return ending.fail(error as Error);
      }
      // Told to stop while it was being started: nobody else knows of this one yet.
      if (stopping) return child.stop();
    }
  }
}

/** Runs a command of Waymark to its end. @throws ChildError if it fails */
export async function runCommand(
  command: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  turnLog(`${LOGS}/${command}.log`);
  const child = await start({ name: command, command, env });
  const onAbort = () => void child.stop();
  signal.addEventListener('abort', onAbort);
  const how = await child.ended;
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
  if (how !== 'ended with code 0') throw new ChildError(`waymark ${command} ${how}\n${endOfLog(child)}`);
}

function start({ name, command, env }: Pick<RoleOptions, 'name' | 'command' | 'env'>): Promise<Child> {
  return startChild({
    name,
    command: [process.execPath, `${PROJECT}/src/waymark.ts`, command],
    cwd: PROJECT,
    env,
    log: `${LOGS}/${name}.log`,
    graceMs: GRACE_MS,
    channel: true,
  });
}

async function ready(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/readyz`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
  });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`${url}/readyz answers ${response.status}`);
}
