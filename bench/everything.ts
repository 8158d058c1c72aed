import { HOME } from '../src/dev/paths.ts';
import { measureFlow } from './flow.ts';
import { Cases, FULL, QUICK } from './load/cases.ts';
import { DataFiles } from './load/files.ts';
import { alternate, type Run } from './load/measure.ts';
import { Stand } from './load/stand.ts';
import { describeMachine, type Machine } from './machine.ts';
import type { Options } from './options.ts';

export const FOLDER = `${HOME}/bench-load`;
/** Stays from one bench to the next: it is the same each time. */
export const dataFiles = () => new DataFiles(`${HOME}/bench-data`);
const PROOF_ROWS = 10_000;

export interface Measured {
  machine: Machine;
  runs: Run[];
}

/** Measures every case, each on its own. */
export async function measureCases(options: Options, say: (run: Run) => void): Promise<Measured> {
  const wanted = (name: string) =>
    options.only.length === 0 || options.only.some((word) => name.includes(word));
  const runs: Run[] = [];
  const stand = await Stand.start(FOLDER);
  let machine: Machine;
  try {
    machine = describeMachine(await stand.version());
    const files = dataFiles();
    await stand.prove(await files.csv(PROOF_ROWS));
    const cases = new Cases(stand, files, options.quick ? QUICK : FULL);
    for (const [name, make] of Object.entries(cases.all))
      if (wanted(name)) runs.push(...(await alternate(await make(), options.rounds, say)));
  } finally {
    await stand.stop();
  }
  runs.push(...(await measureFlow(options, wanted, say)));
  return { machine, runs };
}
