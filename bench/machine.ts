import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { PROJECT } from '../src/dev/paths.ts';

/** What was measured, and on what. */
export interface Machine {
  date: string;
  commit: string;
  cores: number;
  cpu: string;
  memory_gb: number;
  system: string;
  node: string;
  postgres: string;
}

export function describeMachine(postgres: string): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory_gb: Math.round(totalmem() / 1e9),
    system: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgres,
  };
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', PROJECT, ...args], { encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ', changed');
  } catch {
    return 'unknown';
  }
}
