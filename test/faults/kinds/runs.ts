import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { until } from '../../setup/until.ts';
import type { Role } from '../role.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './kind.ts';

/** Longer than two runs: the one that is active ends first. */
const RUN_MS = 200_000;

/** Makes a run due, now. */
async function due(stage: Stage): Promise<void> {
  await stage.send({ rows: 20 });
  await until(
    async () => (await stage.sender.call('POST', '/runs').catch(() => undefined))?.status === 202,
    'a run to be asked for',
  );
}

export const runFaults: Fault[] = [
  {
    name: 'a loop is killed when the ledger has its run and dbt has not begun',
    slow: true,
    async inject(stage) {
      const loop = await stage.standing('transform', 'run.started', () => due(stage), RUN_MS);
      await loop.kill();
      await loop.start();
    },
  },
  {
    name: 'a loop is killed when the marts are published and its run is not ended',
    slow: true,
    async inject(stage) {
      const loop = await stage.standing('transform', 'run.built', () => due(stage), RUN_MS);
      await loop.kill();
      await loop.start();
    },
  },
  {
    name: 'dbt is killed in the middle of a run',
    slow: true,
    async inject(stage) {
      const loop = await stage.standing('transform', 'run.started', () => due(stage), RUN_MS);
      loop.go('run.started');
      process.kill(await until(async () => dbtOf(loop), 'dbt to run'), 'SIGKILL');
    },
  },
  {
    name: 'a loop is paused, loses its connections, and goes on after the other has taken over its run',
    slow: true,
    async inject(stage) {
      const loop = await stage.standing('transform', 'run.started', () => due(stage), RUN_MS);
      const [other] = stage.of('transform').filter((each) => each !== loop);
      loop.go('run.started');
      await until(async () => dbtOf(loop), 'dbt to run');
      loop.signal('SIGSTOP');
      assert((await stage.postgres.endBackends('transform', 'all')) > 0, 'its connections are gone');
      await until(async () => dbtOf(other!), 'the other to take over');
      loop.signal('SIGCONT');
    },
  },
];

/** The process of dbt that a loop has started. */
function dbtOf(loop: Role): number | undefined {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const line = lines.find(
    (each) => each.includes('run.py') && Number(each.trim().split(/\s+/)[1]) === loop.pid,
  );
  return line === undefined ? undefined : Number(line.trim().split(/\s+/)[0]);
}
