/**
 * Breaks everything that can break, under a stream of uploads to real processes, and then holds what is there against what was
 * sent (docs/faults.md).
 *
 *     npm run test:faults -- [--seed N] [--minutes M] [--storage directory|s3] [--only WORDS] [--short] [--mutants] [--report]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random } from '../../samples/random.ts';
import { PROJECT } from '../../src/dev/paths.ts';
import { FAULTS } from './kinds/all.ts';
import type { Fault } from './kinds/kind.ts';
import { MUTANTS, sourcesOf } from './mutants.ts';
import { isGreen, type Reported, report } from './report.ts';
import { type RunOptions, type RunResult, run } from './run.ts';
import type { StoreKind } from './store.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '0' },
    storage: { type: 'string' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const PAGE = `${PROJECT}/docs/faults.md`;
/** Of the report: each on both storages. */
const SEEDS = [1, 2, 3];
/** What mutants are tried on needs no more. */
const FEW_ROLES = ['api-1', 'consumer-1', 'consumer-2'];

const seed = Number(values.seed);
const storages: StoreKind[] =
  values.storage === undefined ? ['directory', 's3'] : [values.storage as StoreKind];
const say = (line: string) => console.log(line);
let passed = true;

if (values.mutants) await tryMutants();
else if (values.report) {
  const runs: Reported[] = [];
  for (const each of SEEDS)
    for (const storage of storages)
      runs.push({ seed: each, storage, ...(await show({ seed: each, storage })) });
  await tryMutants();
  writeFileSync(PAGE, report(runs, MUTANTS));
} else {
  const shares = shared(chosen(), storages.length);
  for (const [i, storage] of storages.entries())
    await show({ seed, storage, only: values.short ? shares[i]! : chosen() });
}
if (!passed) process.exitCode = 1;

function chosen(): Fault[] {
  return FAULTS.filter(({ name }) => name.includes(values.only ?? ''));
}

/** The faults dealt out, those with a run of dbt too. */
function shared(faults: Fault[], hands: number): Fault[][] {
  const dealt = new Random(`faults/shares/${seed}`)
    .shuffled(faults)
    .toSorted((one, other) => Number(one.slow ?? 0) - Number(other.slow ?? 0));
  return Array.from({ length: hands }, (_, hand) => {
    const own = dealt.filter((_, i) => i % hands === hand);
    const [slow] = own.filter((fault) => fault.slow);
    return own.filter((fault) => !fault.slow || fault === slow);
  });
}

async function show(options: Partial<RunOptions> & Pick<RunOptions, 'seed' | 'storage'>): Promise<RunResult> {
  const result = await run({ minutes: Number(values.minutes), source: PROJECT, say, ...options });
  say(
    `${options.storage}, seed ${options.seed}: ${result.injected.length} faults, ${result.files} files, ${result.rows} rows in ${result.seconds.toFixed(0)} s`,
  );
  for (const { name, of, wrong } of result.checks) {
    say(`${wrong.length === 0 ? 'ok   ' : 'WRONG'} ${name} (${of})`);
    for (const each of wrong.slice(0, 20)) say(`        ${each}`);
  }
  for (const each of result.missed) say(`NOT BROUGHT ABOUT: ${each}`);
  if (!isGreen(result)) say(`the logs are in ${result.logs}`);
  passed &&= isGreen(result);
  return result;
}

/** A mutant must be found out, by the check that is meant for it; the sources as they are must not. */
async function tryMutants(): Promise<void> {
  const on = { seed, storage: 'directory', roles: FEW_ROLES, minutes: 0, say } as const;
  say('the sources as they are');
  await show({ ...on, only: MUTANTS.map(({ fault }) => fault) });
  for (const mutant of MUTANTS) {
    say(`a mutant: ${mutant.name}`);
    const { source, remove } = sourcesOf(mutant);
    try {
      const { checks } = await run({ ...on, source, only: [mutant.fault] });
      const red = checks.filter(({ wrong }) => wrong.length > 0).map(({ name }) => name);
      const found = red.includes(mutant.red);
      say(`${found ? 'found out by' : 'NOT FOUND OUT by'} "${mutant.red}"`);
      passed &&= found;
    } finally {
      remove();
    }
  }
}
