import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identify } from './identity.ts';
import { holderOf, LockedError, takeLock, withLock } from './lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waymark-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock that a living process holds is refused, with its id', () => {
  const release = takeLock(file);
  expect(() => takeLock(file)).toThrow(LockedError);
  expect(holderOf(file)?.pid).toBe(process.pid);
  release();
  expect(existsSync(file)).toBe(false);
});

test('the lock of a dead process is taken over', async () => {
  const child = spawn('sleep', ['60']);
  const identity = identify(child.pid!)!;
  writeFileSync(file, `${identity.pid}\n${JSON.stringify(identity)}\n`);
  expect(() => takeLock(file)).toThrow(LockedError);
  child.kill();
  await new Promise((resolve) => child.once('exit', resolve));
  takeLock(file)();
});

test('the lock of a process whose id was given to another one is taken over', () => {
  writeFileSync(file, `${process.pid}\n${JSON.stringify({ pid: process.pid, started: 'long ago' })}\n`);
  takeLock(file)();
});

test('who waits for a lock works after its holder', async () => {
  const order: string[] = [];
  const release = takeLock(file);
  const waiting = withLock(
    file,
    () => {
      order.push('waits');
      release();
    },
    async () => {
      order.push('works');
    },
  );
  await waiting;
  expect(order).toEqual(['waits', 'works']);
  expect(existsSync(file)).toBe(false);
});
