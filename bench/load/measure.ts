import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

export interface Command {
  command: string[];
  env?: NodeJS.ProcessEnv;
}

/** One way of doing what a case is about. */
export interface Way {
  name: string;
  /** What it does, all of its processes together. */
  rows: number;
  bytes: number;
  /** Makes ready what a run needs. @returns the processes, which run side by side */
  prepare(): Promise<Command[]>;
  /** @throws where what a run has left is not what it should be */
  check(output: string): Promise<void>;
  /** Rounds that it takes part in, where it is too slow for all of them. */
  rounds?: number;
}

/** Ways that are timed in alternation. */
export interface Case {
  name: string;
  ways: Way[];
}

/** One run of one way, its processes whole: from the start of the first to the end of the last. */
export interface Run {
  case: string;
  name: string;
  commands: string[];
  rows: number;
  bytes: number;
  ms: number;
  /** The most memory that one of its processes had, in MB; null where the system does not tell. */
  rss_mb: number | null;
  /** Load of the machine when it began: what else it was busy with. */
  load: number;
}

const LOOK_EVERY_MS = 20;

/** Times every way in rounds, each round the other way round than the one before: what drifts meets all of them. */
export async function alternate(
  { name, ways }: Case,
  rounds: number,
  say: (run: Run) => void,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++)
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
      if (round >= (way.rounds ?? rounds)) continue;
      const run = await time(name, way);
      say(run);
      runs.push(run);
    }
  return runs;
}

async function time(of: string, way: Way): Promise<Run> {
  const commands = await way.prepare();
  const load = Math.round(loadavg()[0]! * 10) / 10;
  const started = performance.now();
  const ended = await Promise.all(commands.map(runToEnd));
  const ms = Math.round(performance.now() - started);
  await way.check(ended.map(({ output }) => output).join(''));
  return {
    case: of,
    name: way.name,
    commands: commands.map(({ command }) => command.map(quoted).join(' ')),
    rows: way.rows,
    bytes: way.bytes,
    ms,
    rss_mb: Math.max(...ended.map(({ rss }) => rss)) || null,
    load,
  };
}

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a process to its end. @throws where it fails */
export async function runToEnd({ command, env = {} }: Command): Promise<{ rss: number; output: string }> {
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  let rss = 0;
  const look = setInterval(() => {
    rss = Math.max(rss, peakOf(child.pid!));
  }, LOOK_EVERY_MS);
  const [code, signal] = await once(child, 'close').finally(() => clearInterval(look));
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${errors.slice(-2000)}`);
  return { rss, output };
}

/** The most memory that a process has had so far, in MB; 0 where the system does not tell. Linux only. */
export function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round((Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024) / 1e6);
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
