import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Identity, identify, lives } from './identity.ts';
import { CHILDREN } from './paths.ts';

// A supervisor that is killed cannot stop its children. It leaves a list of them, and the next one does it.

interface Remembered extends Identity {
  name: string;
  stopSignal: NodeJS.Signals;
}

/** How long a leftover may take to end before it is killed, in milliseconds. */
const GRACE_MS = 20_000;

let file: string | undefined;
const children = new Map<number, Remembered>();

/** From now on the children of this process are listed in .waymark, for the next one to find. */
export function listChildren(): void {
  file = CHILDREN;
  save();
}

/** Adds a process that was just started. */
export function remember(name: string, pid: number, stopSignal: NodeJS.Signals): void {
  const identity = identify(pid);
  if (identity) children.set(pid, { ...identity, name, stopSignal });
  save();
}

export function forget(pid: number): void {
  children.delete(pid);
  save();
}

function save(): void {
  if (!file) return;
  if (children.size === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify([...children.values()]), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Ends what a killed supervisor left running. @returns the names of what still ran */
export async function endLeftovers(): Promise<string[]> {
  if (!existsSync(CHILDREN)) return [];
  let left: Remembered[];
  try {
    left = (JSON.parse(readFileSync(CHILDREN, 'utf8')) as Remembered[]).filter(lives);
  } catch {
    return []; // Not even the list was finished.
  }
  // In the order in which an orderly stop would do it: the last one started first.
  for (const leftover of left.reverse()) await end(leftover);
  rmSync(CHILDREN, { force: true });
  return left.map(({ name }) => name);
}

async function end(leftover: Remembered): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  kill(leftover.pid, leftover.stopSignal);
  while (lives(leftover) && Date.now() < deadline) await delay(100);
  if (lives(leftover)) kill(-leftover.pid, 'SIGKILL');
  while (lives(leftover)) await delay(100);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}
