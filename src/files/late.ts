import type { Feed } from './feeds.ts';

/** Months that are looked at, the latest ones: what is missing for longer will hardly come. */
const MONTHS = 24;

/**
 * Periods whose file is late: nothing is held of them, though something is of an earlier one, and the day by which they
 * were expected has passed (UTC). In a month that is shorter, the last day stands for that day. At most 24, the earliest
 * first; none where the feed says nothing of when files come.
 * @param held periods of which a file is held, in any order
 */
export function latePeriods(expected: Feed['expected'], held: readonly string[], now: Date): string[] {
  const first = held.toSorted()[0];
  if (!expected || first === undefined) return [];
  const holds = new Set(held);
  const late: string[] = [];
  for (let back = MONTHS + 1; back > 0; back--) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back));
    const period = month.toISOString().slice(0, 7);
    if (period > first && !holds.has(period) && now >= dueBefore(month, expected.byDay)) late.push(period);
  }
  return late.slice(-MONTHS);
}

/** The end of the day by which the file of a month is due. */
function dueBefore(month: Date, byDay: number): Date {
  const [year, next] = [month.getUTCFullYear(), month.getUTCMonth() + 1];
  const lastDay = new Date(Date.UTC(year, next + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, next, Math.min(byDay, lastDay) + 1));
}
