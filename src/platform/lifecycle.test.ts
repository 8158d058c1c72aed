import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const LEFT_BEHIND = `
  import { live } from '${import.meta.resolve('./lifecycle.ts')}';
  setInterval(() => {}, 1000);
  await live('test', async ({ fail }) => fail(new Error('it cannot go on')));`;

test('a process that has stopped ends, whatever a library has left running', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', LEFT_BEHIND], {
    stdio: 'ignore',
    env: { ...process.env, LOG_LEVEL: 'silent' },
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
});
