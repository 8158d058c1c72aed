import { parseArgs } from 'node:util';

export interface Options {
  /** Small data: whether everything works, and no figure that says anything. */
  quick: boolean;
  json: boolean;
  write: boolean;
  /** Time and memory by size, consumers and ledger, in place of the cases. */
  growth: boolean;
  peers: boolean;
  /** Cases with one of these words in their name; all where there is none. */
  only: string[];
  /** Of a case, each way once. */
  rounds: number;
  /** Of everything, on servers made anew. */
  runs: number;
}

const ROUNDS = 3;

export const USAGE = `npm run bench -- [OPTION…]

  --quick        small data: shows that everything works, in a minute or two
  --only WORDS   cases with one of these words in their name, divided by commas
  --rounds N     of each case, its ways in alternation (${ROUNDS})
  --runs N       of everything, on a Postgres made anew (1)
  --growth       time and memory by rows, consumers and files in the ledger, in place of the cases
  --peers        installs first what Waymark is compared with: pandas, polars, calamine, uDSV, hucre (600 MB)
  --json         prints JSON and nothing else: figures, and every run and command
  --write        writes what was measured into docs/performance.md`;

/** @throws where an option is none, or no number */
export function readOptions(args: string[]): Options {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ quick: flag, json: flag, write: flag, growth: flag, peers: flag },
      ...{ only: { type: 'string', multiple: true, default: [] } },
      ...{ rounds: { type: 'string' }, runs: { type: 'string', default: '1' } },
    },
  });
  const { quick, json, write, growth, peers } = values;
  if (quick && write) throw new Error('--quick measures nothing that is worth writing down');
  const only = values.only.flatMap((words) => words.split(/[\s,]+/)).filter((word) => word !== '');
  if (write && only.length > 0) throw new Error('--write writes everything: leave out --only');
  return {
    ...{ quick, json, write, growth, peers, only },
    rounds: count('--rounds', values.rounds ?? (quick ? '1' : String(ROUNDS))),
    runs: count('--runs', values.runs),
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} wants a whole number from 1 on`);
  return value;
}
