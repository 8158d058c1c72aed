/** Dates are ISO texts (`2023-07-31`) everywhere in the generator; these turn them into what the clients write. */

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const MILLISECONDS_A_DAY = 86_400_000;
/** Day 0 of Excel's 1900 system, for every day after its phantom 29 February 1900. */
const SERIAL_ZERO = Date.UTC(1899, 11, 30);

/** The text clients write for a membership without an end. */
export const OPEN_END = '9999-12-31';

const parts = (iso: string) => iso.split('-').map(Number) as [number, number, number];

const fromTime = (time: number) => new Date(time).toISOString().slice(0, 10);

export function addDays(iso: string, days: number): string {
  return fromTime(Date.parse(`${iso}T00:00:00Z`) + days * MILLISECONDS_A_DAY);
}

/** `2023-07` → `2023-07-31`; with `monthsLater`, the last day of a month before or after it. */
export function lastDay(period: string, monthsLater = 0): string {
  const [year, month] = parts(`${period}-01`);
  return fromTime(Date.UTC(year, month + monthsLater, 0));
}

/** `2003-04-04` → 37715. Right from March 1900 on. */
export function serial(iso: string): number {
  return (Date.parse(`${iso}T00:00:00Z`) - SERIAL_ZERO) / MILLISECONDS_A_DAY;
}

/** `2003-04-04` → `4/4/2003`. */
export function american(iso: string): string {
  const [year, month, day] = parts(iso);
  return `${month}/${day}/${year}`;
}

/** `2003-04-04` → `April 4, 2003`. */
export function spelled(iso: string): string {
  const [year, month, day] = parts(iso);
  return `${MONTHS[month - 1]} ${day}, ${year}`;
}

/** `2003-04-04` → `20030404`. */
export const compact = (iso: string): string => iso.replaceAll('-', '');

/** `2003-04-04` → `4.4.2003`. */
export function european(iso: string): string {
  const [year, month, day] = parts(iso);
  return `${day}.${month}.${year}`;
}

/** `2023-11`, `2024-01` → both and the months between. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = addDays(lastDay(month), 1).slice(0, 7)) months.push(month);
  return months;
}

/** Whole months from a birth to a day. */
export function ageInMonths(birth: string, on: string): number {
  const [birthYear, birthMonth, birthDay] = parts(birth);
  const [year, month, day] = parts(on);
  return (year - birthYear) * 12 + month - birthMonth - (day < birthDay ? 1 : 0);
}
