import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { PROJECT } from './paths.ts';
import { SetupError, setUp } from './setup.ts';

// `waymark test`: installs what is missing, then runs every test that needs no cluster. Arguments go to Vitest.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const stop = new AbortController();
const onSignal = () => stop.abort();
for (const signal of SIGNALS) process.on(signal, onSignal);
try {
  await setUp({ signal: stop.signal, forTests: true });
} catch (error) {
  if (!stop.signal.aborted && !(error instanceof SetupError)) throw error;
  if (error instanceof SetupError) console.error(error.message);
  process.exit(1);
}

const vitest = spawn(
  process.execPath,
  [`${PROJECT}/node_modules/vitest/vitest.mjs`, 'run', ...process.argv.slice(2)],
  { cwd: PROJECT, stdio: 'inherit' },
);
for (const signal of SIGNALS) {
  process.off(signal, onSignal);
  process.on(signal, () => vitest.kill(signal));
}
const [code, signal] = await once(vitest, 'exit');
process.exitCode = code ?? 128 + constants.signals[signal as NodeJS.Signals];
