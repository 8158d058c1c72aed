/**
 * What happens when the demo is stopped with Ctrl-C in mid load and the pipeline is started again: everything finishes,
 * nothing is loaded twice, no process is left behind. Needs the clone for itself: it starts from empty data.
 *
 *     node test/interrupted-demo.ts
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { until } from './setup/until.ts';

const PROJECT = new URL('../', import.meta.url).pathname;
const ENV_FILE = join(PROJECT, '.waymark/env');
const RUN_MS = 180_000;

const npm = (...args: string[]) =>
  spawn('npm', ['run', ...args], { cwd: PROJECT, stdio: 'inherit', detached: true });

/** A process and all that it started, and what those started. */
function familyOf(root: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const parents = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const family = [root];
  for (const member of family)
    family.push(...parents.filter(([, parent]) => parent === member).map(([pid]) => pid));
  return family;
}

/** As Ctrl-C does: to all of the terminal's foreground group. Nothing that was started may be left afterwards. */
async function interrupt(child: ChildProcess): Promise<void> {
  const family = familyOf(child.pid!);
  assert(family.length > 8, 'the servers and the roles are its family');
  process.kill(-child.pid!, 'SIGINT');
  await once(child, 'exit');
  // What has ended and only waits for init to take notice of it (Z) is not left behind.
  const left = family
    .map((pid) => spawnSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8' }).stdout)
    .filter((line) => line !== '' && !line.startsWith('Z'));
  assert.deepEqual(left, [], 'processes were left behind');
}

async function withDatabase<T>(work: (db: pg.Client) => Promise<T>): Promise<T> {
  const env = Object.fromEntries(
    [...readFileSync(ENV_FILE, 'utf8').matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]),
  );
  const db = new pg.Client({
    host: env.POSTGRES_HOST,
    port: Number(env.POSTGRES_PORT),
    database: env.POSTGRES_DB,
    user: env.POSTGRES_USER,
    password: env.POSTGRES_PASSWORD,
  });
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

const reset = npm('reset');
assert.equal((await once(reset, 'exit'))[0], 0);

const demo = npm('demo');
await until(async () => existsSync(ENV_FILE), 'the pipeline to be ready', RUN_MS);
const atInterrupt = await withDatabase(async (db) =>
  until(async () => {
    const { rows } = await db.query(
      `select count(*)::int as files, count(*) filter (where state in ('received', 'loading'))::int as pending from ingest.file`,
    );
    return rows[0].files > 0 && rows[0].pending > 0 && rows[0];
  }, 'the load to be under way'),
);
await interrupt(demo);
console.log('interrupted with', atInterrupt);
assert(!existsSync(ENV_FILE), '.waymark/env was left behind');

const dev = npm('dev');
await until(async () => existsSync(ENV_FILE), 'the pipeline to be ready again', RUN_MS);
await withDatabase(async (db) => {
  await until(
    async () => {
      const { rows } = await db.query(
        `select from ingest.file where state in ('received', 'loading') or (state = 'loaded' and run_id is null)`,
      );
      return rows.length === 0;
    },
    'every file to be in the marts',
    RUN_MS,
  );
  const { rows: files } = await db.query(
    `select id, client, file_type, state, rows_loaded::int from ingest.file where purged_at is null`,
  );
  assert(files.length >= atInterrupt.files);
  for (const file of files) {
    const { rows } = await db.query(
      `select count(*)::int as rows, count(distinct _row_number)::int as numbers
         from export."${file.file_type}_${file.client}" where _file_id = $1`,
      [file.id],
    );
    assert.deepEqual(rows[0], { rows: file.rows_loaded, numbers: file.rows_loaded }, JSON.stringify(file));
  }
  console.log(`${files.length} files, every row once`);
});
await interrupt(dev);
