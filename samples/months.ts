import { covers, monthsOf, type Span } from './enrollment.ts';
import type { Entry } from './model.ts';
import { meaning } from './row.ts';

/** What a client's standing claim lines come to, beside the lines themselves. */
export interface Claimed {
  /** Claims of which every line is denied. */
  denied: number;
  /** Each code of a claim once. */
  diagnoses: number;
  /** Months and categories in which something was claimed. */
  utilization: number;
  /** Lines of known members on days on which they were not enrolled. */
  unenrolled: Entry[];
}

export function claimedIn(lines: Entry[], spans: Map<string, Span[]>): Claimed {
  const claims = [...Map.groupBy(lines, ({ row }) => meaning(row, 'claim_id')).values()];
  const isDenied = ({ row }: Entry) => meaning(row, 'claim_status') === 'denied';
  return {
    denied: claims.filter((claim) => claim.every(isDenied)).length,
    diagnoses: claims.reduce((sum, claim) => sum + new Set(claim.flatMap(diagnosesOf)).size, 0),
    utilization: new Set(lines.map((line) => `${monthOf(line)} ${categoryOf(line)}`)).size,
    unenrolled: lines.filter(({ row }) => {
      const enrolled = spans.get(meaning(row, 'member_id') ?? '');
      const day = meaning(row, 'service_start_date');
      return enrolled !== undefined && day !== null && !covers(enrolled, day);
    }),
  };
}

/** A bad code is a diagnosis of its claim, too: as it came. */
function diagnosesOf({ row }: Entry): string[] {
  return Object.values(row.fields).flatMap(({ means, rule, cell }) =>
    Object.entries(means)
      .filter(([column, code]) => /^diagnosis_code_\d+$/.test(column) && (code !== null || rule))
      .map(([, code]) => code ?? JSON.stringify(cell)),
  );
}

/** Of service, else of receipt, else of the file. */
function monthOf({ row, held }: Entry): string {
  const day = meaning(row, 'service_start_date') ?? meaning(row, 'received_date');
  return day?.slice(0, 7) ?? held.file.period;
}

const categoryOf = ({ row }: Entry) =>
  (meaning(row, 'claim_category') ?? meaning(row, 'claim_type') ?? 'unknown').toLowerCase();

/** By month in which somebody was enrolled or something was claimed: how many were, and the lines. */
export function byMonth(
  lines: Entry[],
  spans: Map<string, Span[]>,
  upTo: string,
): Map<string, { members: number; lines: Entry[] }> {
  const months = new Map<string, { members: number; lines: Entry[] }>();
  const of = (month: string) => months.get(month) ?? months.set(month, { members: 0, lines: [] }).get(month)!;
  for (const each of spans.values()) for (const month of monthsOf(each, upTo)) of(month).members += 1;
  for (const line of lines) of(monthOf(line)).lines.push(line);
  return new Map([...months].sort(([one], [other]) => one.localeCompare(other)));
}
