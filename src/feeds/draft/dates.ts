import type { DATE_FORMATS } from '../canonical.ts';

export type DateFormat = (typeof DATE_FORMATS)[number];

/** What the days of a column look like. */
export interface DatesSeen {
  /** How many of the values that are not blank can be read as a day. */
  read: number;
  /** The formats that were seen, the frequent first. */
  formats: { format: DateFormat; count: number }[];
  /** Set where day and month cannot be told apart: no value has a number above 12. */
  ambiguous: boolean;
  /** Values that stand for an open end, as written: `99991231`, `31.12.9999`. */
  open: string[];
  /** How many values lie after this day. */
  after(day: string): number;
}

/** A year that no enrollment really ends in. */
const OPEN_YEAR = 2199;
const MONTH_NAME = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;
/** Excel's day numbers of 1927 to 2119. */
const SERIAL = { from: 10_000, to: 80_000 };

type Shape = { format: DateFormat | 'numbers/' | 'numbers/2'; year: number; a: number; b: number };

function shapeOf(text: string): Shape | undefined {
  const day = text.replace(/[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm]|Z)?$/, '');
  let match = /^(\d{4})(\d{2})(\d{2})$/.exec(day);
  if (match) return { format: 'YYYYMMDD', year: Number(match[1]), a: Number(match[2]), b: Number(match[3]) };
  match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(day);
  if (match)
    return { format: 'YYYY-MM-DD', year: Number(match[1]), a: Number(match[2]), b: Number(match[3]) };
  match = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(day);
  if (match) {
    const [, a, separator, b, written] = match;
    const short = written!.length === 2;
    const year = Number(written) + (short ? (Number(written) < 70 ? 2000 : 1900) : 0);
    const numbers = { year, a: Number(a), b: Number(b) };
    if (separator === '.') return { format: short ? 'D.M.YY' : 'D.M.YYYY', ...numbers };
    return { format: short ? 'numbers/2' : 'numbers/', ...numbers };
  }
  match = /^(\p{L}+)\.? \d{1,2}(?:st|nd|rd|th)?,? (\d{4})$/u.exec(day);
  if (match && MONTH_NAME.test(match[1]!))
    return { format: 'Month D, YYYY', year: Number(match[2]), a: 1, b: 1 };
  match = /^\d{1,2}[- ](\p{L}+)\.?[- ](\d{4})$/u.exec(day);
  if (match && MONTH_NAME.test(match[1]!))
    return { format: 'D-Mon-YYYY', year: Number(match[2]), a: 1, b: 1 };
  const serial = /^\d{5}(?:\.\d+)?$/.test(day) ? Number(day) : 0;
  if (serial > SERIAL.from && serial < SERIAL.to)
    return { format: 'serial', year: 1900 + Math.floor(serial / 365.25), a: 1, b: 1 };
  return undefined;
}

/**
 * Reads the days of a column.
 * @param values what stands in it, blanks left out
 */
export function datesIn(values: readonly string[]): DatesSeen {
  const shapes = values.flatMap((value) => {
    const shape = shapeOf(value);
    return shape ? [{ value, ...shape }] : [];
  });
  const slashed = shapes.filter(({ format }) => format.startsWith('numbers/'));
  const dayFirst = slashed.filter(({ a, b }) => a > 12 && b <= 12).length;
  const monthFirst = slashed.filter(({ a, b }) => b > 12 && a <= 12).length;
  const european = dayFirst > monthFirst;
  const named = (format: Shape['format']): DateFormat =>
    format === 'numbers/'
      ? european
        ? 'D/M/YYYY'
        : 'M/D/YYYY'
      : format === 'numbers/2'
        ? european
          ? 'D/M/YY'
          : 'M/D/YY'
        : format;
  const exists = ({ format, a, b }: Shape) => {
    const written = named(format);
    const [month, day] = written.startsWith('D') && a !== b && /^D[/.]/.test(written) ? [b, a] : [a, b];
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
  };
  const days = shapes.filter(exists);
  const counts = new Map<DateFormat, number>();
  for (const { format } of days) counts.set(named(format), (counts.get(named(format)) ?? 0) + 1);
  const open = days.filter(({ year, format }) => year >= OPEN_YEAR && format !== 'serial');
  return {
    read: days.length,
    formats: [...counts].map(([format, count]) => ({ format, count })).sort((a, b) => b.count - a.count),
    ambiguous: slashed.length > 0 && dayFirst === 0 && monthFirst === 0,
    open: [...new Set(open.map(({ value }) => value))],
    after: (day) => days.filter((shape) => isoOf(shape, european) > day).length,
  };
}

function isoOf({ value, year, format, a, b }: Shape & { value: string }, european: boolean): string {
  if (format === 'serial')
    return new Date(Date.UTC(1899, 11, 30) + Number(value) * 86_400_000).toISOString().slice(0, 10);
  const dayFirst = format.startsWith('D.') || (format.startsWith('numbers/') && european);
  const [month, day] = dayFirst ? [b, a] : [a, b];
  const two = (number: number) => String(number).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

/** How months are written that stand for their first or last day. */
export function monthsIn(values: readonly string[]): { read: number; written: string | undefined } {
  const written = new Map<string, number>();
  for (const value of values) {
    const form = /^(19|20)\d{2}-(0[1-9]|1[0-2])$/.test(value)
      ? 'YYYY-MM'
      : /^(19|20)\d{2}(0[1-9]|1[0-2])$/.test(value)
        ? 'YYYYMM'
        : /^(0?[1-9]|1[0-2])\/(19|20)\d{2}$/.test(value)
          ? 'MM/YYYY'
          : /^(0?[1-9]|1[0-2])\.(19|20)\d{2}$/.test(value)
            ? 'MM.YYYY'
            : /^\p{L}+\.? (19|20)\d{2}$/u.test(value) && MONTH_NAME.test(value)
              ? 'Mon YYYY'
              : undefined;
    if (form) written.set(form, (written.get(form) ?? 0) + 1);
  }
  const [most] = [...written].sort((a, b) => b[1] - a[1]);
  return { read: [...written.values()].reduce((sum, count) => sum + count, 0), written: most?.[0] };
}

/** What the macros read without `formats`. */
const USUAL: readonly DateFormat[] = [
  'YYYYMMDD',
  'YYYY-MM-DD',
  'M/D/YYYY',
  'Month D, YYYY',
  'D-Mon-YYYY',
  'serial',
];
/** A format that fewer of the days have is an accident. */
const RARE = 0.02;

/**
 * The formats that a description has to list; undefined where the macros read all that matters anyway. What is rare is
 * listed too, where it can be meant one way only.
 */
export function formatsToList({ formats, read }: DatesSeen): DateFormat[] | undefined {
  const frequent = formats.filter(({ count }) => count >= read * RARE);
  if (frequent.every(({ format }) => USUAL.includes(format))) return undefined;
  return formats
    .filter((each) => frequent.includes(each) || each.format === 'serial')
    .map(({ format }) => format);
}
