import { median, type Run } from './load/measure.ts';

/** One time over another, of one case. */
interface RatioOf {
  case: string;
  over: string;
  under: string;
  /** What is over was done so many times by what is under. */
  times?: number;
}

/** Ratios of times, by their names: above 1, what is under is the quicker one. */
export const RATIOS = {
  csv_to_psql_copy: { case: 'csv', over: 'psql', under: 'waymark' },
  csv_to_polars: { case: 'csv', over: 'polars', under: 'waymark' },
  csv_tolerant_to_udsv: { case: 'csv_tolerant', over: 'udsv', under: 'waymark' },
  csv_to_pandas: { case: 'csv_to_pandas', over: 'pandas', under: 'waymark' },
  two_files: { case: 'two_files', over: 'one', under: 'two', times: 2 },
  large_to_psql_copy: { case: 'large', over: 'psql', under: 'waymark' },
  xlsx_to_calamine: { case: 'xlsx_parse', over: 'calamine', under: 'waymark' },
  xlsx_to_hucre: { case: 'xlsx_parse', over: 'hucre', under: 'waymark' },
  xlsx_to_sheetjs: { case: 'xlsx_parse', over: 'sheetjs', under: 'waymark' },
  xlsx_to_csv: { case: 'xlsx', over: 'csv', under: 'xlsx' },
  upload_to_plain_http: { case: 'upload', over: 'plain http', under: 'waymark' },
} as const satisfies Record<string, RatioOf>;

export type Ratio = keyof typeof RATIOS;

/** What each figure is to be, at least; memory, in MB, at most. */
export const TARGETS: Partial<Record<Ratio | 'small_files_per_s', number>> = {
  csv_to_psql_copy: 0.9,
  csv_to_pandas: 30,
  two_files: 1.4,
  large_to_psql_copy: 1.2,
  xlsx_to_calamine: 5,
  xlsx_to_sheetjs: 12,
  xlsx_to_csv: 0.8,
  upload_to_plain_http: 0.5,
  small_files_per_s: 60,
};
/** Of a consumer, whatever file it loads. */
export const MEMORY_TARGETS = { csv: 200, xlsx: 300 };

/** What one way of a case comes to. */
export interface Median {
  case: string;
  name: string;
  runs: number;
  rows: number;
  bytes: number;
  seconds: number;
  rows_per_s: number;
  mb_per_s: number;
  /** The most memory of any run. */
  rss_mb: number | null;
}

export interface Figures {
  /** Of those ways that were measured. */
  ratios: Partial<Record<Ratio, number>>;
  small_files_per_s: number | null;
  /** The most memory that a process of ours had, in MB, by case. */
  peak_rss_mb: Record<string, number>;
  medians: Median[];
}

/** Ways that are the product's own. */
const OURS = new Set(['waymark', 'waymark, odd at its end', 'one', 'two', 'csv', 'xlsx']);
/** The case whose rows are files. */
const SMALL_FILES = 'small_files';

/** What runs of every case come to. */
export function figuresOf(runs: readonly Run[]): Figures {
  const medians = [...Map.groupBy(runs, (run) => `${run.case}\n${run.name}`).values()].map(medianOf);
  const find = (of: string, name: string) =>
    medians.find((each) => each.case === of && each.name === name)?.seconds;
  const ratios: Figures['ratios'] = {};
  for (const [name, { case: of, over, under, ...more }] of Object.entries(RATIOS)) {
    const [long, short] = [find(of, over), find(of, under)];
    if (long === undefined || short === undefined) continue;
    const times = 'times' in more ? more.times : 1;
    ratios[name as Ratio] = round((times * long) / short, 3);
  }
  const peak_rss_mb: Record<string, number> = {};
  for (const { case: of, name, rss_mb } of medians)
    if (OURS.has(name) && rss_mb !== null) peak_rss_mb[of] = Math.max(peak_rss_mb[of] ?? 0, rss_mb);
  const small = medians.find((each) => each.case === SMALL_FILES);
  return { ratios, small_files_per_s: small ? small.rows_per_s : null, peak_rss_mb, medians };
}

function medianOf(runs: readonly Run[]): Median {
  const { case: of, name, rows, bytes } = runs[0]!;
  const seconds = median(runs.map(({ ms }) => ms)) / 1000;
  const rss = runs.map(({ rss_mb }) => rss_mb).filter((each) => each !== null);
  return {
    case: of,
    name,
    runs: runs.length,
    rows,
    bytes,
    seconds: round(seconds, 3),
    rows_per_s: round(rows / seconds, 1),
    mb_per_s: round(bytes / 1e6 / seconds, 1),
    rss_mb: rss.length > 0 ? Math.max(...rss) : null,
  };
}

/** The median of each figure of several whole runs; of memory the most. */
export function medianFigures(each: readonly Figures[]): Omit<Figures, 'medians'> {
  const names = Object.keys(RATIOS) as Ratio[];
  const ratios: Figures['ratios'] = {};
  for (const name of names) {
    const values = each.map((figures) => figures.ratios[name]).filter((value) => value !== undefined);
    if (values.length > 0) ratios[name] = median(values);
  }
  const small = each.map(({ small_files_per_s }) => small_files_per_s).filter((value) => value !== null);
  const peak_rss_mb: Record<string, number> = {};
  for (const figures of each)
    for (const [name, value] of Object.entries(figures.peak_rss_mb))
      peak_rss_mb[name] = Math.max(peak_rss_mb[name] ?? 0, value);
  return { ratios, small_files_per_s: small.length > 0 ? median(small) : null, peak_rss_mb };
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;
