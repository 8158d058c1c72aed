import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { HOME, PROJECT } from '../../src/dev/paths.ts';
import { killedAfterCopy, killedWhileTheApiIsAway } from './kinds/consumer.ts';
import type { Fault } from './kinds/kind.ts';
import { takesFewerRows } from './kinds/postgres.ts';

/** Waymark with a mistake in it that the suite must see. */
export interface Mutant {
  name: string;
  file: string;
  /** What stands there, to the letter, and what is put in its place. */
  right: string;
  wrong: string;
  /** What brings it to light, and the check that then turns red. */
  fault: Fault;
  red: string;
}

export const MUTANTS: Mutant[] = [
  {
    name: 'the consumer acks before the commit',
    file: 'src/consumer/subscription.ts',
    right: 'const said = await answer(message);',
    wrong: 'channel.ack(message); await answer(message); return;',
    fault: killedWhileTheApiIsAway,
    red: 'what each fault promises while it lasts was seen',
  },
  {
    name: "the ledger change is outside the load's transaction",
    file: 'src/consumer/load-file.ts',
    right: "await faults?.reach('load.copied', file.id);",
    wrong:
      "await client.query('commit'); await client.query('begin'); await faults?.reach('load.copied', file.id);",
    fault: killedAfterCopy,
    red: 'the rows of every loaded file are those that were sent',
  },
  {
    name: "the guard's count is not held against COPY's",
    file: 'src/load/copy.ts',
    right: 'if (taken !== this.#sent) throw new CountMismatch(this.#sent, taken);',
    wrong: '',
    fault: takesFewerRows,
    red: 'the rows of every loaded file are those that were sent',
  },
];

/** Sources with the mistake in them. */
export function sourcesOf({ name, file, right, wrong }: Mutant): { source: string; remove(): void } {
  const source = `${HOME}/faults-mutant-${process.pid}`;
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source, { recursive: true });
  for (const part of ['src', 'feeds', 'package.json'])
    cpSync(`${PROJECT}/${part}`, `${source}/${part}`, { recursive: true });
  symlinkSync(`${PROJECT}/node_modules`, `${source}/node_modules`);
  const text = readFileSync(`${source}/${file}`, 'utf8');
  if (text.split(right).length !== 2) throw new Error(`${name}: what it changes stands in ${file} no more`);
  writeFileSync(
    `${source}/${file}`,
    text.replace(right, () => wrong),
  );
  return { source, remove: () => rmSync(source, { recursive: true, force: true }) };
}
