import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const preload = fileURLToPath(new URL('process-one.js', import.meta.url));

async function endOf(program: string) {
  const child = spawn(process.execPath, ['--import', preload, '--input-type=module', '-e', program]);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return (await once(child, 'exit'))[0];
}

const wait = "setTimeout(() => {}, 60_000); console.log('ready');";

test('SIGTERM ends a command that does not handle it', async () => {
  expect(await endOf(wait)).toBe(143);
});

test('a role that handles SIGTERM ends as it sees fit', async () => {
  const own = "process.on('SIGTERM', () => setTimeout(() => process.exit(7), 100));";
  expect(await endOf(own + wait)).toBe(7);
});
