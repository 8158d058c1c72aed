/**
 * What one large CSV over two connections would bring (docs/decisions/0017): `node bench/spread.ts [ROUNDS]`. psql, a consumer and
 * the prototype in alternation; beside the time of each, what it took of a CPU, in the client and in Postgres. Linux only.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exportTableSql } from '../src/load/tables.ts';
import { dataFiles, FOLDER } from './everything.ts';
import { alternate, median, type Way } from './load/measure.ts';
import { Stand } from './load/stand.ts';

const ROWS = 1_000_000;
const TIMES = 2;
const HOW = ['attach', 'move'] as const;
/** Of `/proc/PID/stat`: user and system time of children that have ended, in hundredths of a second (proc(5)). */
const CHILDREN_USER = 13;
const TICKS = 100;
/** A backend is counted once its server knows that it has ended. */
const ENDED_MS = 300;

const file = await dataFiles().csv(ROWS, TIMES);
const stand = await Stand.start(FOLDER);
const whole = exportTableSql({ client: 'client_c', file_type: 'claims' });

/** Seconds of a CPU that a process's ended children took. */
function ofChildren(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[CHILDREN_USER]) + Number(fields[CHILDREN_USER + 1])) / TICKS;
}

async function clear(): Promise<void> {
  const { rows } = await stand.pool.query('select inhrelid::regclass::text as part from pg_inherits');
  for (const { part } of rows) await stand.pool.query(`drop table ${part}`);
  await stand.clear();
}

const server = readFileSync(`${FOLDER}/postgres/data/postmaster.pid`, 'utf8').split('\n')[0]!;
const cpu = new Map<string, { client: number; postgres: number }[]>();
function counted(name: string, prepare: Way['prepare'], check: Way['check']): Way {
  let before = { client: 0, postgres: 0 };
  const now = async () => {
    await delay(ENDED_MS);
    return { client: ofChildren('self'), postgres: ofChildren(server) };
  };
  return {
    ...{ name, rows: file.rows, bytes: file.bytes },
    async prepare() {
      await clear();
      const commands = await prepare();
      before = await now();
      return commands;
    },
    async check(output) {
      const after = await now();
      const took = { client: after.client - before.client, postgres: after.postgres - before.postgres };
      cpu.set(name, [...(cpu.get(name) ?? []), took]);
      await check(output);
    },
  };
}

async function checkSpread(): Promise<void> {
  const { rows } = await stand.pool.query(
    `select count(*)::int, count(distinct _row_number)::int as numbers, min(_row_number)::int, max(_row_number)::int from ${whole}`,
  );
  const { count, numbers, min, max } = rows[0];
  if (count !== file.rows || numbers !== count || min !== 1 || max !== count)
    throw new Error(`not as it should be: ${JSON.stringify(rows)}`);
}

const spread = fileURLToPath(new URL('load/spread-copies.ts', import.meta.url));
try {
  const ways = [
    counted(
      'psql',
      async () => [stand.psql(file)],
      async () => {},
    ),
    counted(
      'consumer',
      async () => [stand.consumer([await stand.accept(file)])],
      () => stand.checkLoaded(file.rows, 'copy'),
    ),
    ...HOW.map((how) =>
      counted(
        `two connections, ${how}`,
        async () => [{ command: [process.execPath, spread, file.path, randomUUID(), how], env: stand.env }],
        checkSpread,
      ),
    ),
  ];
  const runs = await alternate({ name: 'spread', ways }, Number(process.argv[2] ?? 3), (run) =>
    console.log(`${run.name}: ${(run.ms / 1000).toFixed(1)} s, load ${run.load}`),
  );
  console.log(
    '\n| | wall, each run | median | CPU of the client | CPU of Postgres |\n| --- | --- | ---: | ---: | ---: |',
  );
  for (const [name, own] of Map.groupBy(runs, ({ name }) => name)) {
    const seconds = own.map(({ ms }) => ms / 1000);
    const took = cpu.get(name)!;
    const of = (part: 'client' | 'postgres') => median(took.map((each) => each[part])).toFixed(2);
    const all = seconds.map((each) => each.toFixed(1)).join(', ');
    console.log(
      `| ${name} | ${all} s | ${median(seconds).toFixed(1)} s | ${of('client')} s | ${of('postgres')} s |`,
    );
  }
} finally {
  await clear();
  await stand.stop();
}
