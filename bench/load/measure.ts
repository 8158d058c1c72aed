import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

export interface Command {
  /** What it is called in tables and ratios. */
  name: string;
  command: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** One run of one command, its process whole: from its start to its end. */
export interface Run {
  case: string;
  name: string;
  command: string[];
  seconds: number;
  /** The most memory that it had, in MB; null where the system does not tell. */
  rss_mb: number | null;
  /** Load of the machine when it began: what else it was busy with. */
  load: number;
  output: string;
}

const LOOK_EVERY_MS = 20;

/** Runs processes side by side; their time is that of all of them. @throws where one of them fails */
export async function run(of: string, commands: Command[]): Promise<Run> {
  const load = Math.round(loadavg()[0]! * 10) / 10;
  const started = performance.now();
  const ended = await Promise.all(commands.map(runOne));
  const { name, command } = commands[0]!;
  return {
    case: of,
    name,
    command,
    seconds: Math.round(performance.now() - started) / 1000,
    rss_mb: Math.max(...ended.map(({ rss }) => rss)) || null,
    load,
    output: ended.map(({ output }) => output).join(''),
  };
}

async function runOne({ name, command, env = {}, cwd }: Command): Promise<{ rss: number; output: string }> {
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd && { cwd }),
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
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}: ${errors.slice(-2000)}`);
  return { rss, output };
}

/** The most memory that a process has had so far, in MB; 0 where the system does not tell. Linux only. */
export function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** Rounds of every command, each round the other way round than the one before: what drifts meets all of them. */
export async function alternate(
  rounds: number,
  commands: (() => Promise<Run>)[],
  say: (run: Run) => void,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < rounds; round++)
    for (const command of round % 2 === 0 ? commands : commands.toReversed()) {
      const run = await command();
      say(run);
      runs.push(run);
    }
  return runs;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
