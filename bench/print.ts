import { type Figures, type Median, TARGETS } from './figures.ts';
import type { Run } from './load/measure.ts';
import type { Machine } from './machine.ts';

/** What a bench has come to. */
export interface Result extends Omit<Figures, 'medians'> {
  machine: Machine;
  quick: boolean;
  rounds: number;
  /** Peers that are not installed. */
  left_out: string[];
  /** Of each whole run. */
  each: Figures[];
  runs: (Run & { run: number })[];
}

/** One run, as it is told while the others go on. */
export const lineOf = ({ case: of, name, ms, rss_mb, load }: Run): string =>
  `${of.padEnd(17)} ${name.padEnd(24)} ${(ms / 1000).toFixed(2).padStart(7)} s  ${String(rss_mb ?? '?').padStart(5)} MB  load ${load}`;

/** Everything, for a terminal. */
export function summary(result: Result): string {
  const { ratios, small_files_per_s, peak_rss_mb, left_out, each, quick } = result;
  const figures = { ...ratios, ...(small_files_per_s !== null && { small_files_per_s }) };
  return [
    '',
    ...each.at(-1)!.medians.map(medianLine),
    '',
    ...Object.entries(figures).map(([name, value]) => {
      const target = TARGETS[name as keyof typeof TARGETS];
      return `${name.padEnd(24)} ${value.toFixed(2).padStart(8)}${target === undefined ? '' : `   wanted: ${target}`}`;
    }),
    '',
    `peak memory in MB: ${Object.entries(peak_rss_mb)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...(left_out.length > 0 ? [`not installed, so left out: ${left_out.join(', ')} (--peers)`] : []),
    ...(quick ? ['Small data: it shows that everything works, and its figures say nothing.'] : []),
  ].join('\n');
}

const medianLine = ({ case: of, name, runs, seconds, rows_per_s, mb_per_s, rss_mb }: Median) =>
  `${of.padEnd(17)} ${name.padEnd(24)} ${seconds.toFixed(2).padStart(7)} s of ${runs}` +
  `  ${(rows_per_s === 0 ? '' : `${Math.round(rows_per_s).toLocaleString('en')} rows/s`).padStart(16)}  ${(mb_per_s === 0 ? '' : `${mb_per_s.toFixed(1)} MB/s`).padStart(11)}  ${String(rss_mb ?? '?').padStart(5)} MB`;
