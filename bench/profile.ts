/**
 * Where a consumer's time goes while it loads one file, and how much memory it has:
 *
 *     node bench/profile.ts csv|csv_tolerant|csv_utf16|xlsx [--rows N] [--source FOLDER]
 *
 * With a folder, of another checkout's sources, to be held against these.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PROJECT } from '../src/dev/paths.ts';
import { dataFiles, FOLDER } from './everything.ts';
import type { DataFile } from './load/files.ts';
import { runToEnd } from './load/measure.ts';
import { Stand } from './load/stand.ts';
import { type CpuProfile, selfTimes } from './self-times.ts';

const ROWS = 500_000;
/** Files that have less of the time are told together. */
const TOLD_FROM = 0.02;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string' }, source: { type: 'string', default: PROJECT } },
});
const rows = Number(values.rows ?? ROWS);
const files = dataFiles();
const made: Record<string, () => Promise<DataFile>> = {
  csv: () => files.csv(rows),
  csv_tolerant: () => files.oddCsv(rows, 'first'),
  csv_utf16: () => files.utf16Csv(rows),
  xlsx: () => files.xlsx(rows),
};
const make = made[positionals[0] ?? ''];
if (!make) throw new Error(`of what? ${Object.keys(made).join(', ')}`);
const file = await make();

const folder = mkdtempSync(`${tmpdir()}/waymark-profile-`);
const stand = await Stand.start(FOLDER);
try {
  const { command, env = {} } = stand.consumer([await stand.accept(file)]);
  const [node, , ...args] = command;
  const watch = fileURLToPath(new URL('watch-heap.ts', import.meta.url));
  const { output, rss } = await runToEnd({
    command: [
      ...[node!, '--cpu-prof', `--cpu-prof-dir=${folder}`, '--import', watch],
      ...[`${values.source}/bench/load/consume.ts`, ...args],
    ],
    env,
  });
  const [profile] = readdirSync(folder);
  const { seconds, times } = selfTimes(
    JSON.parse(readFileSync(`${folder}/${profile}`, 'utf8')) as CpuProfile,
    values.source,
  );
  console.log(
    `${positionals[0]}, ${rows} rows, ${(file.bytes / 1e6).toFixed(0)} MB: ${seconds.toFixed(2)} s`,
  );
  console.log('\n| share | where |\n| ---: | --- |');
  for (const { where, share, functions } of times.filter(({ share }) => share >= TOLD_FROM))
    console.log(
      `| ${(share * 100).toFixed(0)} % | ${[where, ...functions.map((name) => `\`${name}\``)].join(', ')} |`,
    );
  const rest = times.filter(({ share }) => share < TOLD_FROM).reduce((sum, { share }) => sum + share, 0);
  console.log(`| ${(rest * 100).toFixed(0)} % | all others |`);
  console.log(`\n${output.trim()}, all of the process ${rss} MB at most`);
} finally {
  await stand.stop();
  rmSync(folder, { recursive: true });
}
