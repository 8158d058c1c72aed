import Table from 'cli-table3';
import type { FileAnswer, RunAnswer } from './api-client.ts';
import type { Figures } from './manifest.ts';

export interface Summary {
  files: FileAnswer[];
  figures: Figures;
  run: RunAnswer | undefined;
  /** Where something is not as it should be, a line each. */
  wrong: string[];
  /** Files in the ledger that are no samples. */
  others: number;
  /** How many of the files that were sent were held already. */
  held: number;
  sent: number;
  addresses: string;
  seconds: number;
}

/** Prints what came of the sample files. */
export function showSummary(summary: Summary): void {
  const { files, figures, run, wrong, others, held, sent, addresses, seconds } = summary;
  const sections = [
    filesTable(files),
    `${held} of ${sent} files already held${held === sent ? ': nothing was loaded twice' : ''}.`,
    countsTable('rows per mart', figures.marts),
    countsTable('flags per rule', figures.flags),
    countsTable('rows kept out of the marts, by reason', figures.excluded),
    dbtLine(run),
    addresses,
    verdict(wrong, others),
    `From start to summary: ${seconds.toFixed(1)} s.`,
  ];
  console.log(`\n${sections.join('\n\n')}`);
}

function filesTable(files: FileAnswer[]): string {
  const head = ['client', 'type', 'period', 'state', 'rows loaded', 'rejected', 'seconds'];
  const rows = files.map((file) => [
    file.client,
    file.file_type,
    file.period,
    file.state,
    count(file.rows_loaded),
    count(file.rows_rejected),
    secondsOf(file),
  ]);
  return table(head, rows, ['left', 'left', 'left', 'left', 'right', 'right', 'right']);
}

const countsTable = (what: string, counts: Record<string, number>): string =>
  table(
    [what, 'rows'],
    Object.entries(counts).map(([name, n]) => [name, count(n)]),
    ['left', 'right'],
  );

function table(head: string[], rows: string[][], colAligns: ('left' | 'right')[]): string {
  // Colours only where somebody sees them.
  const style = { head: process.stdout.isTTY ? ['bold'] : [], border: [], compact: true };
  const shown = new Table({ head, colAligns, style });
  shown.push(...rows);
  return shown.toString();
}

const count = (n: number | null): string => (n === null ? '' : n.toLocaleString('en-US'));

/** From its acceptance until it was settled. */
function secondsOf({ received_at, settled_at }: FileAnswer): string {
  return settled_at === null ? '' : ((Date.parse(settled_at) - Date.parse(received_at)) / 1000).toFixed(1);
}

function dbtLine(run: RunAnswer | undefined): string {
  if (!run?.summary) return 'dbt: no run yet.';
  const { models, tests, seconds, warning = [] } = run.summary;
  return (
    `dbt: ${tests.passed} tests passed, ${tests.failed} failed, ${tests.warned} warned` +
    `${warning.length > 0 ? ` (${warning.join(', ')})` : ''}; ` +
    `${models.passed} models built in ${seconds.toFixed(1)} s.`
  );
}

function verdict(wrong: string[], others: number): string {
  if (wrong.length > 0)
    return `NOT as samples/manifest.json says:\n${wrong.map((line) => `  ${line}`).join('\n')}`;
  if (others > 0)
    return (
      'The sample files came out as samples/manifest.json says. The marts were not compared with it: ' +
      `they hold ${others} other file${others === 1 ? '' : 's'}, too.`
    );
  return 'All figures are as samples/manifest.json says.';
}
