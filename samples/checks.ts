import { lastDay } from './date.ts';
import type { Entry } from './model.ts';
import { PLACES } from './person.ts';
import { meaning } from './row.ts';

/** What does not fit together in a row: cleaning flags it and leaves the values as they are. */
export type Check =
  | 'zip_not_in_state'
  | 'age_not_of_birth_date'
  | 'birth_after_start'
  | 'end_before_start'
  | 'service_end_before_start'
  | 'paid_before_service';

const STATE_OF_ZIP = new Map<string, string>(PLACES.map(([, state, zip]) => [zip, state]));
/** Clients round ages, or count up to the day on which they write the file. */
const TOLERANCE_IN_MONTHS = 2;

/** The checks that an entry fails, worked out on what its row means. */
export function failedChecks({ row, held }: Entry): Check[] {
  const [zip, state] = [meaning(row, 'zip_code'), meaning(row, 'state')];
  const [birth, age] = [meaning(row, 'birth_date'), meaning(row, 'age_in_months')];
  const [start, end] = [meaning(row, 'enrollment_start_date'), meaning(row, 'enrollment_end_date')];
  const [from, to] = [meaning(row, 'service_start_date'), meaning(row, 'service_end_date')];
  const failed: Record<Check, boolean> = {
    zip_not_in_state: zip !== null && state !== null && STATE_OF_ZIP.get(zip) !== state,
    age_not_of_birth_date:
      birth !== null &&
      age !== null &&
      Math.abs(Number(age) - monthOf(held.file.period) + monthOf(birth)) > TOLERANCE_IN_MONTHS,
    // Within the month of birth it is usual.
    birth_after_start: birth !== null && start !== null && start <= lastDay(birth.slice(0, 7), -1),
    end_before_start: before(end, start),
    service_end_before_start: before(to, from),
    paid_before_service: before(meaning(row, 'paid_date'), from),
  };
  return (Object.keys(failed) as Check[]).filter((check) => failed[check]);
}

const before = (one: string | null, other: string | null) => one !== null && other !== null && one < other;

/** Months since the year 0. */
function monthOf(day: string): number {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return year * 12 + month;
}
