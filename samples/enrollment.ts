import { addDays, lastDay } from './date.ts';
import { type Entry, isSnapshot } from './model.ts';
import { meaning } from './row.ts';

/** Days on end on which a member is enrolled, both ends included. */
export interface Span {
  start: string;
  end: string;
  /** No file gave the start. */
  inferred: boolean;
}

const start = ({ row }: Entry) => meaning(row, 'enrollment_start_date');
const end = ({ row }: Entry) => meaning(row, 'enrollment_end_date');

/** @param entries one member's kept registrations, as `byMember` gives them */
export function spansOf(entries: Entry[]): Span[] {
  const spans: Span[] = [];
  for (const next of coverage(entries).sort(byStart)) {
    const last = spans.at(-1);
    const follows =
      last && (next.start <= last.end || (next.start === addDays(last.end, 1) && !next.inferred));
    if (!follows) spans.push({ ...next });
    else if (next.end > last.end) last.end = next.end;
  }
  return spans;
}

const byStart = (one: Span, other: Span) =>
  one.start.localeCompare(other.start) || Number(one.inferred) - Number(other.inferred);

/** What the entries say once later ones have replaced earlier ones; it may overlap. */
function coverage(entries: Entry[]): Span[] {
  const usable = entries.filter((entry) => end(entry) !== null);
  const lastFile = usable.at(-1)?.held;
  const newest = usable.filter(({ held }) => held === lastFile);
  const given = new Map<string, string>();
  for (const entry of usable) {
    const from = start(entry);
    if (from !== null) given.set(from, end(entry)!);
  }
  const last = newest.findLast((entry) => start(entry) !== null);
  // A snapshot is all there is to say: nothing of an earlier one goes beyond it.
  const until = last && isSnapshot(last.held.file) ? end(last)! : '9999-12-31';
  const spans = [...given].map(([from, to]) => ({
    start: from,
    end: to < until ? to : until,
    inferred: false,
  }));
  const ends = newest.filter((entry) => start(entry) === null).map((entry) => end(entry)!);
  return [
    ...spans.filter((span) => span.start <= span.end),
    ...inferredSpans(ends, entries[0]!.held.file.period),
  ];
}

/** Where no start is given: from the first month in which the member was seen, or had left, one end after the other. */
function inferredSpans(ends: string[], firstPeriod: string): Span[] {
  return [...new Set(ends)].sort().map((to, index, all) => {
    const month = to.slice(0, 7) < firstPeriod ? to.slice(0, 7) : firstPeriod;
    return { start: index === 0 ? `${month}-01` : addDays(all[index - 1]!, 1), end: to, inferred: true };
  });
}

/** `2023-07` of every month with a day of the spans in it, none after the month of the day. */
export function monthsOf(spans: Span[], upTo: string): Set<string> {
  const months = new Set<string>();
  for (const span of spans) {
    const last = span.end < upTo ? span.end : upTo;
    for (let day = span.start; day <= last; day = addDays(lastDay(day.slice(0, 7)), 1))
      months.add(day.slice(0, 7));
  }
  return months;
}

export const covers = (spans: Span[], day: string): boolean =>
  spans.some((span) => span.start <= day && day <= span.end);

const ATTRIBUTES = (
  'subscriber_id person_code first_name middle_name last_name birth_date death_date sex race ethnicity address city state ' +
  'zip_code phone email enrollment_end_date plan line_of_business pcp_npi'
).split(' ');

/** How many versions of a member the periods tell: the first, and one for each period in which something changed. */
export function versionsOf(entries: Entry[]): number {
  const byPeriod = new Map<string, Entry>();
  for (const entry of entries) byPeriod.set(entry.held.file.period, entry);
  const said = [...byPeriod.values()].map(({ row }) =>
    JSON.stringify(ATTRIBUTES.map((name) => meaning(row, name))),
  );
  return said.filter((each, index) => each !== said[index - 1]).length;
}
