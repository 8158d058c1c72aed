import { AssertionError } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT } from '../../src/dev/paths.ts';
import { FAULTS } from './kinds/all.ts';
import type { Fault } from './kinds/kind.ts';
import { comeToRest } from './settle.ts';
import { Stage, type StageOptions } from './stage.ts';
import type { Check, Evidence } from './verify.ts';

export interface RunOptions extends StageOptions {
  /** Faults are injected over and over for so long, in minutes; each once where it is 0. */
  minutes: number;
  /** Only these, once. */
  only?: Fault[];
  say: (line: string) => void;
}

export interface RunResult {
  /** Names of the faults that were injected, in their order. */
  injected: string[];
  /** Those that could not be brought about. */
  missed: string[];
  files: number;
  rows: number;
  seconds: number;
  checks: Check[];
  /** Where its logs are, until the suite is started again. */
  logs: string;
}

const UPLOAD_EVERY_MS = 600;

/** Breaks things under a stream of uploads, lets everything come to rest, and has it judged. */
export async function run(options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const { say } = options;
  const stage = await Stage.open(options);
  try {
    const result = { injected: [] as string[], missed: [] as string[] };
    const until = started + options.minutes * 60_000;
    const streaming = new AbortController();
    const stream = upload(stage, streaming.signal);
    const faults = (options.only ?? FAULTS).filter(({ needs, name }) => {
      if (!needs || needs(stage)) return true;
      say(
        `left out: it takes a disk that can be filled, for which root mounts one, or a storage with a server: ${name}`,
      );
      return false;
    });
    const inTurn = turns();
    const track = async (own: Fault[]) => {
      do {
        for (const fault of stage.random.shuffled(own)) {
          const began = performance.now();
          try {
            await (fault.alone ? inTurn(() => fault.inject(stage)) : fault.inject(stage));
            result.injected.push(fault.name);
            say(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${fault.name}`);
          } catch (error) {
            const what = `${fault.name}: ${(error as Error).message}`;
            // What it promises did not hold; or it could not be brought about, and nothing was shown.
            if (error instanceof AssertionError) {
              stage.violations.push(what);
              result.injected.push(fault.name);
            } else result.missed.push(what);
            say(`    NOT  ${(error as Error).stack}`);
            await whole(stage);
          }
        }
      } while (performance.now() < until);
    };
    await Promise.all([track(faults.filter(({ slow }) => !slow)), track(faults.filter(({ slow }) => slow))]);
    streaming.abort();
    await stream;
    say('every fault is over; waiting for rest');
    const evidence = await comeToRest(stage, {
      runs: stage.of('transform').length > 0,
      injected: result.injected.length,
    });
    return {
      ...result,
      files: new Set(stage.sender.history.map(({ id }) => id)).size,
      rows: stage.sender.history.reduce((sum, { expected }) => sum + expected.rows, 0),
      seconds: (performance.now() - started) / 1000,
      checks: await judge(evidence),
      logs: stage.log,
    };
  } finally {
    await stage.close();
    stage.remove();
  }
}

/** Brings back what a fault that went wrong has left broken. */
async function whole(stage: Stage): Promise<void> {
  for (const to of ['api', 'consumer', 'transform'] as const) {
    stage.wire(to).delay(0);
    stage.wire(to).resume();
  }
  stage.storageDisk.free();
  stage.postgresDisk.free();
  if (!stage.postgres.running) await stage.startPostgres();
  await stage.broker.depth('').catch(() => stage.startBroker());
  for (const role of stage.roles.values()) {
    if (role.running) role.signal('SIGCONT');
    else await role.start();
    for (const point of role.stands) role.go(point);
  }
}

/** Does what it is given one after the other. */
function turns(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => {});
    return own;
  };
}

/** Files of every feed and format, one after the other. */
async function upload(stage: Stage, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await stage.send({ rows: stage.random.integer(1, 300), odd: stage.random.chance(0.2) });
    await delay(UPLOAD_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Asks the program that shares no code with what it judges. */
async function judge(evidence: Evidence): Promise<Check[]> {
  const child = spawn(process.execPath, [`${PROJECT}/test/faults/verify.ts`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(evidence));
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const checks = output.trim().split('\n').map((line) => JSON.parse(line) as Check); // biome-ignore format: one call
  if (checks.length === 0) throw new Error('nothing was judged');
  return checks;
}
