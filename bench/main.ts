/**
 * How fast files get into tables, and in how much memory, beside what others take for the same: `npm run bench -- --help`.
 * On data and servers of its own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { PROJECT } from '../src/dev/paths.ts';
import { measureCases } from './everything.ts';
import { figuresOf, medianFigures } from './figures.ts';
import { measureGrowth } from './growth.ts';
import type { Run } from './load/measure.ts';
import { readOptions, USAGE } from './options.ts';
import { casesBlock, growthBlock, putBlock } from './page.ts';
import { installPeers, missingPeers } from './peers/install.ts';
import { lineOf, summary } from './print.ts';

const PAGE = `${PROJECT}/docs/performance.md`;

if (process.argv.includes('--help')) {
  console.log(USAGE);
  process.exit();
}
const options = readOptions(process.argv.slice(2));
// JSON alone goes to standard output.
const say = (line: string) => (options.json ? console.error(line) : console.log(line));
const told = (run: Run) => say(lineOf(run));

// Servers that are still there then are stopped as the process exits.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

if (options.peers) await installPeers();
const runs: Run[][] = [];
let machine: Awaited<ReturnType<typeof measureCases>>['machine'] | undefined;
const measure = options.growth ? measureGrowth : measureCases;
for (let i = 0; i < options.runs; i++) {
  if (options.runs > 1) say(`run ${i + 1} of ${options.runs}`);
  const measured = await measure(options, told);
  machine = measured.machine;
  runs.push(measured.runs);
}
const each = runs.map(figuresOf);
const result = {
  machine: machine!,
  quick: options.quick,
  rounds: options.rounds,
  left_out: missingPeers(),
  ...medianFigures(each),
  each,
  runs: runs.flatMap((all, i) => all.map((run) => ({ run: i + 1, ...run }))),
};

if (options.json) console.log(JSON.stringify(result, null, 2));
else console.log(summary(result));
if (options.write) {
  const block = options.growth ? growthBlock(result) : casesBlock(result);
  writeFileSync(PAGE, putBlock(readFileSync(PAGE, 'utf8'), options.growth ? 'growth' : 'cases', block));
}
