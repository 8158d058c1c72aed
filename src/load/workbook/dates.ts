/** 9999-12-31, the last day that Excel shows as a date. */
const LAST_SERIAL = 2_958_465;
/** Days from the beginning of the one system of dates to that of the other. */
const DAYS_TO_1904 = 1462;
const SECONDS_A_DAY = 86_400;
/** Days from 1899-12-30, which is day 0 of all dates after February 1900, to 1970-01-01. */
const DAYS_TO_1970 = 25_569;
/** Lotus 1-2-3 took 1900 for a leap year, and Excel after it: day 60 is a 29 February that never was. */
const NO_SUCH_DAY = 60;

const two = (number: number) => String(number).padStart(2, '0');

const timeText = (second: number, hours = Math.floor(second / 3600)) =>
  `${two(hours)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;

function dayText(day: number): string {
  if (day === 0) return '1900-01-00';
  if (day === NO_SUCH_DAY) return '1900-02-29';
  const shift = day < NO_SUCH_DAY ? 1 : 0;
  return new Date((day + shift - DAYS_TO_1970) * SECONDS_A_DAY * 1000).toISOString().slice(0, 10);
}

/** What a format shows of a number of days. */
export type DateKind = 'date' | 'time' | 'elapsed';

/**
 * A number of days since 1900 or 1904 as `YYYY-MM-DD`, with ` HH:MM:SS` where it is not midnight; less than a day is a time
 * of day. Elapsed time is `HH:MM:SS` of any hours. Seconds are rounded.
 * @returns undefined where Excel shows no date either
 */
export function serialText(serial: number, kind: DateKind, date1904: boolean): string | undefined {
  const shift = date1904 ? DAYS_TO_1904 : 0;
  if (!(serial >= 0) || serial + shift > LAST_SERIAL) return undefined;
  const seconds = Math.round(serial * SECONDS_A_DAY);
  if (kind === 'elapsed') return timeText(seconds);
  const second = seconds % SECONDS_A_DAY;
  if (seconds < SECONDS_A_DAY && (second > 0 || kind === 'time')) return timeText(second);
  const day = dayText((seconds - second) / SECONDS_A_DAY + shift);
  return second === 0 ? day : `${day} ${timeText(second)}`;
}

const ISO =
  /^\s*(?:(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?|T?(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)(?:Z|[+-]\d\d:\d\d)?\s*$/;

/** An ISO 8601 date or time, as cells of the type `d` have it, in the same way; undefined where it is none. */
export function isoText(text: string): string | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, date, hour, minute, second, fraction, ...time] = match;
  const seconds = (h = '0', m = '0', s = '0', f = '0') =>
    Number(h) * 3600 + Number(m) * 60 + Number(s) + Math.round(Number(f));
  if (date === undefined) return timeText(seconds(...time) % SECONDS_A_DAY);
  const ofDay = seconds(hour, minute, second, fraction);
  if (ofDay === 0) return date;
  if (ofDay < SECONDS_A_DAY) return `${date} ${timeText(ofDay)}`;
  const next = new Date(Date.parse(date) + SECONDS_A_DAY * 1000);
  return Number.isNaN(next.getTime()) ? undefined : next.toISOString().slice(0, 10);
}
