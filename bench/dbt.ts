/**
 * How long dbt takes: a year of three clients built from nothing, then a month more. On a Postgres of its own, with made-up
 * files written straight into ledger and export.
 *
 *     npm run bench:dbt -- [--quick] [--members N] [--lines N]
 *     npm run bench:dbt -- --write        three sizes, into docs/performance-dbt.md: a quarter of an hour
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { DBT_PYTHON, HOME, PROJECT } from '../src/dev/paths.ts';
import { removePostgres, startPostgres } from '../src/dev/postgres.ts';
import { readFeeds } from '../src/files/feeds.ts';
import { ensureExportTable } from '../src/load/tables.ts';
import { createPool } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrate.ts';
import { parseSummary } from '../src/transform/summary.ts';
import { addMonths, MONTHS, type Size, statement } from './data.ts';
import { watchMemory } from './memory.ts';
import { type Measured, readNodes, table } from './results.ts';

const FOLDER = `${HOME}/bench`;
const TARGET = `${FOLDER}/target`;
const PAGE = `${PROJECT}/docs/performance-dbt.md`;
const QUICK: Size = { members: 300, lines: 7_500 };
const FULL: Size = { members: 200_000, lines: 5_000_000 };
/** From 100 members a client to 200,000 members together. */
const SIZES: Size[] = [QUICK, { members: 20_000, lines: 500_000 }, FULL];
/** Of these, what a server has that nobody has tuned; work_mem is what the project's models set for themselves. */
const SERVER = {
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  work_mem: '64MB',
  jit: 'on',
  max_connections: '100',
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    members: { type: 'string' },
    lines: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const usual = values.quick ? QUICK : FULL;
const size: Size = {
  members: Number(values.members ?? usual.members),
  lines: Number(values.lines ?? usual.lines),
};

if (values.write) {
  const runs: Run[] = [];
  for (const each of SIZES) runs.push(await bench(each));
  writeFileSync(PAGE, page(runs));
} else await bench(size);

interface Run {
  size: Size;
  full: Measured;
  month: Measured;
  /** What the server was, and what it took. */
  facts: string;
}

/** Measures one size on a server of its own. */
async function bench(size: Size): Promise<Run> {
  removePostgres(`${FOLDER}/postgres`);
  rmSync(FOLDER, { recursive: true, force: true });
  const { server, settings } = await startPostgres({
    folder: `${FOLDER}/postgres`,
    log: `${FOLDER}/postgres.log`,
    say: () => {},
    signal: new AbortController().signal,
    server: SERVER,
  });
  try {
    const config = { ...settings, POSTGRES_PORT: Number(settings.POSTGRES_PORT) };
    await migrate(config);
    const pool = createPool(config, 'bench', () => {}, { as: 'consumer' });
    for (const feed of (await readFeeds(`${PROJECT}/feeds`)).all)
      await ensureExportTable(pool, feed, feed.columns.map(({ name }) => name)); // biome-ignore format: one call
    await pool.end();
    const env = { ...process.env, ...settings, WAYMARK_AS_OF_DATE: '2026-01-31', WAYMARK_DBT_TARGET: TARGET };

    console.log(`writing ${MONTHS} months: ${size.members} members, ${size.lines} claim lines`);
    await addMonths(config, 0, MONTHS, size);
    // As in the image, where dbt has read the project beforehand.
    await python(['parse.py', `${FOLDER}/parsed`], env);
    const parsed = { ...env, WAYMARK_DBT_PARSED: `${FOLDER}/parsed` };
    const full = await measure(['run.py'], parsed);
    console.log('writing a month more');
    await addMonths(config, MONTHS, MONTHS + 1, size);
    const month = await measure(['run.py'], parsed);

    const [database] = await statement<{ size: string; version: string }>(
      config,
      `select pg_size_pretty(pg_database_size(current_database())) as size, current_setting('server_version') as version`,
    );
    const facts =
      `PostgreSQL ${database!.version}, ${database!.size}; at most ${full.memory} MB of memory beside shared_buffers, ` +
      `${month.memory} MB for a month more; load of the machine at the end ${loadavg()[0]!.toFixed(1)}`;
    console.log(`${table(full, month)}\n${facts}`);
    return { size, full, month, facts };
  } finally {
    await server.stop();
    removePostgres(`${FOLDER}/postgres`);
  }
}

async function measure(args: string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const memory = watchMemory();
  const output = await python(args, env);
  const summary = parseSummary(output.trim().split('\n').at(-1)!);
  if (summary?.outcome !== 'succeeded') throw new Error(`the run failed:\n${output}`);
  return {
    total: summary.seconds,
    nodes: await readNodes(`${TARGET}/build/run_results.json`),
    memory: memory.stop(),
  };
}

async function python(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.env.DBT_PYTHON ?? DBT_PYTHON, args, {
    cwd: `${PROJECT}/dbt`,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return output;
}

function page(runs: Run[]): string {
  const number = (value: number) => value.toLocaleString('en');
  const largest = runs.at(-1)!;
  return `# How long dbt takes

Measured by \`npm run bench:dbt -- --write\`: three clients, ${MONTHS} months; then one month more of every feed. Two cores, a Postgres
with nothing set but \`work_mem = 64MB\`. The whole is \`run.py\`'s own time, dbt's start included.

| members | claim lines | everything anew | a month more |
| ---: | ---: | ---: | ---: |
${runs
  .map(
    ({ size, full, month }) =>
      `| ${number(size.members)} | ${number(size.lines)} | ${full.total.toFixed(0)} s | ${month.total.toFixed(0)} s |`,
  )
  .join('\n')}

## Model by model

With ${number(largest.size.members)} members and ${number(largest.size.lines)} claim lines. Models and tests are four at a time, so that their times
add up to more than the whole.

${table(largest.full, largest.month)}
${largest.facts}.
`;
}
