#!/usr/bin/env node
// The program's front door. Plain JavaScript, so that the Node of the host (20 or later) can run it: it sees to it that
// the packages of package-lock.json are there, then hands over to the Node that they bring, which runs TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { addRunningEnvironment } from './environment.js';
import { installPackages } from './packages.js';
import { project } from './project.js';

/** Commands that bring their own servers; all others talk to those of a running `dev`, whose addresses they need. */
const OWN_SERVERS = new Set(['dev', 'test', 'reset']);
/** What the shell adds to a signal's number to make an exit code of it. */
const SIGNALLED = 128;

const [command, ...rest] = process.argv.slice(2);

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Waymark needs Node 20 or later; this is ${process.version}.`);
  process.exit(1);
}
if (command !== undefined && !OWN_SERVERS.has(command)) addRunningEnvironment(process.env);
try {
  await installPackages();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const node = join(project, 'node_modules', 'node', 'bin', 'node');
if (!existsSync(node)) {
  console.error(
    'The package `node` is installed without its program, as npm ran no install scripts.\n' +
      'Run `npm rebuild node --ignore-scripts=false` in the clone, then try again.',
  );
  process.exit(1);
}
const program =
  command === 'test'
    ? [join(project, 'src', 'dev', 'test.ts'), ...rest]
    : [join(project, 'src', 'waymark.ts'), ...process.argv.slice(2)];

// The channel tells `dev` when this process was killed, so that nothing is left running.
const child = spawn(node, program, {
  env: { ...process.env, WAYMARK_STARTED_AT: String(Math.round(performance.timeOrigin)) },
  stdio: command === 'dev' ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
});
// Ctrl-C reaches the child too, as one of the terminal's foreground group; a signal sent to npm reaches only this process.
// The child takes signals that come together as one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
if (process.env.npm_lifecycle_event) watchShell();
child.on('error', (error) => {
  console.error(`cannot start ${node}: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  process.exit(code ?? SIGNALLED + constants.signals[signal]);
});

/** npm puts a shell between, and kills that one only when it is told to stop: its end is then the only sign. */
function watchShell() {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 200);
}
