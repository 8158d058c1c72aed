import Table from 'cli-table3';
import type { Feed } from '../../files/feeds.ts';
import { headerOf, sourcesOf } from '../models.ts';
import type { DryRun } from './dry-run.ts';

/** No colours, as the output may go into a file, and no line between rows. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};
/** A cell longer than this is cut on the screen. */
const MAX_CELL = 40;

/** What a person at the terminal is told of a file that would be loaded. The one place where values are shown. */
export function report(run: DryRun, feed: Feed): string {
  const rejected = run.rejected.reduce((sum, { count }) => sum + count, 0);
  const lines = [
    `${count(run.rows, 'row')} would be loaded, ${count(rejected, 'record')} rejected`,
    `header: ${headerVerdict(run, feed)}`,
  ];
  if (run.withoutKey > 0)
    lines.push(
      `${count(run.withoutKey, 'row')} without a key: in the marts ${run.withoutKey === 1 ? 'it is an excluded row' : 'they are excluded rows'}`,
    );
  const parts = [lines.join('\n')];
  if (rejected > 0) {
    const table = new Table({ head: ['rejected because of', 'records', 'first rows'], ...PLAIN });
    for (const each of run.rejected) table.push([each.reason, each.count, each.rows.join(', ')]);
    parts.push(table.toString());
  }
  if (run.flags.length > 0) {
    const table = new Table({ head: ['flagged column', 'rule', 'rows', 'share', 'first rows'], ...PLAIN });
    for (const flag of [...run.flags].sort((a, b) => b.count - a.count))
      table.push([flag.column, flag.rule, flag.count, share(flag.count, run.rows), flag.rows.join(', ')]);
    parts.push(table.toString());
  } else parts.push('no value is flagged');
  return [...parts, ...run.first.map((row) => beforeAndAfter(row, feed))].join('\n\n');
}

function headerVerdict({ columns, drift }: DryRun, feed: Feed): string {
  const missing = feed.columns.filter(({ name }) => drift.missing.includes(name)).map(({ header }) => header);
  const said = [
    ...(missing.length > 0 ? [`optional columns missing: ${missing.join(', ')}`] : []),
    ...(drift.added.length > 0 ? [`columns that the feed does not describe: ${drift.added.join(', ')}`] : []),
  ];
  return said.length > 0 ? said.join('; ') : `all ${columns} columns are described`;
}

/** A row as it was sent beside what becomes of it. */
function beforeAndAfter({ sent, clean }: DryRun['first'][number], feed: Feed): string {
  const table = new Table({
    head: [`row ${clean.rowNumber}`, 'from', 'as sent', 'becomes', 'flag'],
    ...PLAIN,
  });
  for (const mapping of feed.mappings) {
    const sources = sourcesOf(mapping);
    const headers = sources.map((name) => headerOf(feed, name));
    const rules = clean.flags.filter(({ column }) => column === mapping.name).map(({ rule }) => rule);
    table.push([
      mapping.name,
      headers.join('\n'),
      sources.map((name) => shown(sent[name])).join('\n'),
      shown(clean.values[mapping.name]),
      rules.join('\n'),
    ]);
  }
  return table.toString();
}

/** A value on a terminal: one line, no control characters, blank for none. */
function shown(value: string | null | undefined): string {
  const line = (value ?? '').replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, '␣');
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)}%`;
