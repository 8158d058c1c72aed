import { type Figures, MEMORY_TARGETS, RATIOS, type Ratio, TARGETS } from './figures.ts';
import type { Machine } from './machine.ts';
import type { Result } from './print.ts';

const start = (name: string) => `<!-- measured: ${name} -->`;
const END = '<!-- /measured -->';

/** Puts what was measured in place of what the page had. What is around it is written by hand. @throws where it has no such place */
export function putBlock(page: string, name: string, block: string): string {
  const from = page.indexOf(start(name));
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`the page has no place for ${name}: ${start(name)} … ${END}`);
  return `${page.slice(0, from)}${start(name)}\n\n${block}\n\n${page.slice(to)}`;
}

/** Every case: figures against what they are to be, whole run by whole run; then the times behind them. */
export function casesBlock(result: Result): string {
  const { each } = result;
  return [
    measuredBy('npm run bench', result),
    '',
    table(
      ['', ...each.map((_, i) => `run ${i + 1}`), 'median', 'wanted'],
      figureNames(result).map((name) => figureRow(name, result)),
    ),
    '',
    ...leftOut(result),
    '### Memory',
    '',
    'The most that a process of Waymark had, in MB, in any run.',
    '',
    table(['case', 'MB', 'at most'], memoryRows(result)),
    '',
    '### Times',
    '',
    `Medians of ${result.rounds} rounds and fewer, in the last run.`,
    '',
    timesTable(each.at(-1)!),
  ].join('\n');
}

export function growthBlock(result: Result): string {
  const { medians } = result.each.at(-1)!;
  const of = (name: string) => medians.filter((each) => each.case === name);
  const one = of('growth_consumers')[0]?.seconds ?? Number.NaN;
  return [
    measuredBy('npm run bench -- --growth', result),
    '',
    table(
      ['rows of a file', 'MB', 'seconds', 'seconds a million rows', 'MB/s', 'memory, MB'],
      of('growth_rows').map(({ name, bytes, rows, seconds, mb_per_s, rss_mb }) => [
        Number(name).toLocaleString('en'),
        (bytes / 1e6).toFixed(0),
        seconds.toFixed(2),
        ((seconds / rows) * 1e6).toFixed(2),
        mb_per_s.toFixed(0),
        String(rss_mb ?? '?'),
      ]),
    ),
    '',
    table(
      ['consumers', 'seconds', 'rows/s', 'MB/s', 'times one consumer’s pace'],
      of('growth_consumers').map(({ name, seconds, rows_per_s, mb_per_s }) => [
        name,
        seconds.toFixed(2),
        Math.round(rows_per_s).toLocaleString('en'),
        mb_per_s.toFixed(0),
        (one / seconds).toFixed(2),
      ]),
    ),
    '',
    table(
      ['files in the ledger beforehand', 'small files a second'],
      of('growth_ledger').map(({ name, rows_per_s }) => [
        Number(name).toLocaleString('en'),
        rows_per_s.toFixed(1),
      ]),
    ),
  ].join('\n');
}

function measuredBy(command: string, { machine, each, runs: all }: Result): string {
  const runs = each.length > 1 ? ` --runs ${each.length}` : '';
  const call = runs === '' || command.includes(' -- ') ? `${command}${runs}` : `${command} --${runs}`;
  const loads = all.map(({ load }) => load);
  const load = `load of the machine, the bench's own in it, ${Math.min(...loads)} to ${Math.max(...loads)}`;
  return `Measured by \`${call}\`: ${describe(machine)}; ${load}.`;
}

const leftOut = ({ left_out }: Result) =>
  left_out.length === 0 ? [] : [`Not installed, and so left out: ${left_out.join(', ')}.`, ''];

const describe = ({ date, commit, cores, cpu, memory_gb, system, node, postgres }: Machine) =>
  `${date}, commit ${commit}; ${cores} cores of ${cpu}, ${memory_gb} GB, ${system}; Node ${node}, PostgreSQL ${postgres}`;

type Figure = Ratio | 'small_files_per_s';

function figureNames({ ratios, small_files_per_s }: Result): Figure[] {
  const named = (Object.keys(RATIOS) as Figure[]).filter((name) => name in ratios);
  return small_files_per_s === null ? named : [...named, 'small_files_per_s'];
}

function figureRow(name: Figure, result: Result): string[] {
  const value = (of: Pick<Figures, 'ratios' | 'small_files_per_s'>) =>
    (name === 'small_files_per_s' ? of.small_files_per_s : of.ratios[name])?.toFixed(2) ?? '';
  const target = TARGETS[name];
  return [
    `\`${name}\``,
    ...result.each.map(value),
    `**${value(result)}**`,
    target === undefined ? '' : String(target),
  ];
}

const memoryRows = ({ peak_rss_mb }: Result) =>
  Object.entries(peak_rss_mb).map(([name, value]) => [
    `\`${name}\``,
    String(value),
    name === 'upload' ? '' : String(name.startsWith('xlsx') ? MEMORY_TARGETS.xlsx : MEMORY_TARGETS.csv),
  ]);

const timesTable = ({ medians }: Figures) =>
  table(
    ['case', 'by', 'seconds', 'rows/s', 'MB/s', 'memory, MB'],
    medians.map(({ case: of, name, seconds, rows_per_s, mb_per_s, rss_mb }) => [
      `\`${of}\``,
      name,
      seconds.toFixed(2),
      // Of small files it is the files that count, of an upload the bytes.
      rows_per_s === 0 ? '' : Math.round(rows_per_s).toLocaleString('en'),
      mb_per_s === 0 ? '' : mb_per_s.toFixed(1),
      String(rss_mb ?? '?'),
    ]),
  );

/** A table in Markdown, its numbers to the right. */
function table(header: string[], rows: string[][]): string {
  const isNumber = (column: number) => rows.every((row) => /^[\d*][\d.,*]*$|^\??$/.test(row[column] ?? ''));
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (isNumber(i) ? '---:' : '---'))), ...rows.map(line)].join(
    '\n',
  );
}
