import { failedChecks } from './checks.ts';
import { decimal } from './claim.ts';
import { spansOf, versionsOf } from './enrollment.ts';
import { byMember, current, type Entry, entries, type Held } from './model.ts';
import { byMonth, claimedIn } from './months.ts';
import { meaning, type Row } from './row.ts';
import type { SampleFile } from './sample-file.ts';

/** The day on which the expected member_status, and the last member month, are decided. */
export const AS_OF_DATE = '2023-12-31';

const CLIENTS = ['client_a', 'client_b', 'client_c', 'client_d'];

/** What must come out of the sets: one object, written as manifest.json. */
export function manifestOf(seed: number, sets: SampleFile[][]) {
  let sequence = 0;
  const held = sets.map((files) =>
    files.filter((file) => !file.heldAlready).map((file): Held => ({ file, sequence: ++sequence })),
  );
  const loaded = new Set(current(held.flat()).map(({ file }) => file));
  const finalState = (file: SampleFile) => (loaded.has(file.heldAlready ?? file) ? 'loaded' : 'superseded');
  return {
    seed,
    as_of_date: AS_OF_DATE,
    sets: sets.map((files, index) => ({
      set: index + 1,
      files: files.map((file) => ({
        path: `set-${index + 1}/${file.name}`,
        ...describe(file),
        final_state: finalState(file),
      })),
    })),
    expected: { after_set_1: expected(held[0]!), after_set_2: expected(held.flat()) },
  };
}

/** One file in the manifest: what it holds, and what becomes of its records. */
export function describe(file: SampleFile) {
  const good = file.rows.filter((row) => !row.damage);
  return {
    client: file.client,
    file_type: file.fileType,
    period: file.period,
    answer: file.heldAlready ? 200 : 202,
    rows: file.rows.length,
    rows_loaded: good.length,
    rows_rejected: file.rows.length - good.length,
    rejected: count(file.rows.flatMap((row) => (row.damage ? [row.damage.reason] : []))),
    ...(file.fileType === 'claims' && { charge_amount: dollars(good) }),
  };
}

function expected(all: Held[]) {
  const held = current(all);
  const clients = CLIENTS.map((client) => ({
    client,
    ...marts(held.filter(({ file }) => file.client === client)),
  }));
  const sum = (size: (each: (typeof clients)[number]) => number) =>
    clients.reduce((total, each) => total + size(each), 0);
  return {
    marts: {
      eligibility: sum((each) => each.eligibility.length),
      member: sum((each) => each.members.size),
      member_history: sum((each) => each.versions),
      enrollment_span: sum((each) => each.allSpans.length),
      member_month: sum((each) => each.memberMonths),
      claim: sum((each) => each.claims),
      claim_line: sum((each) => each.claimLines.length),
      diagnosis: sum((each) => each.claimed.diagnoses),
      member_claims: sum((each) => each.members.size),
      pmpm: sum((each) => each.months.size),
      utilization: sum((each) => each.claimed.utilization),
      flag: sum((each) => each.flags.length),
      excluded_row: sum((each) => each.excluded.length),
      unmatched_claim: sum((each) => each.unmatched.length),
      unenrolled_claim: sum((each) => each.claimed.unenrolled.length),
      file_audit: held.length,
    },
    by_client: Object.fromEntries(clients.map((each) => [each.client, totals(each)])),
    by_month: Object.fromEntries(clients.map((each) => [each.client, monthly(each)])),
    flags: count(clients.flatMap((each) => each.flags)),
    excluded: count(clients.flatMap((each) => each.excluded.map((entry) => entry.excluded!))),
    member_values: clients.flatMap((each) => plantedValues(each.client, each.members)),
  };
}

/** One client's marts, as entries. */
function marts(held: Held[]) {
  const registrations = entries(held.filter(({ file }) => file.fileType === 'patient_registration'));
  const claims = entries(held.filter(({ file }) => file.fileType === 'claims'));
  const kept = (entry: Entry) => entry.excluded === null;
  const [eligibility, claimLines] = [registrations.filter(kept), claims.filter(kept)];
  const entriesOf = byMember(registrations);
  const spans = new Map([...entriesOf].map(([id, list]) => [id, spansOf(list)]));
  const members = new Map([...entriesOf].map(([id, list]) => [id, list.at(-1)!]));
  const months = byMonth(claimLines, spans, AS_OF_DATE);
  return {
    eligibility,
    claimLines,
    claims: new Set(claimLines.map(({ row }) => meaning(row, 'claim_id'))).size,
    claimed: claimedIn(claimLines, spans),
    members,
    versions: [...entriesOf.values()].reduce((sum, list) => sum + versionsOf(list), 0),
    allSpans: [...spans.values()].flat(),
    months,
    memberMonths: [...months.values()].reduce((sum, month) => sum + month.members, 0),
    flags: [...eligibility, ...claimLines].flatMap(rulesOf),
    excluded: [...registrations, ...claims].filter((entry) => !kept(entry)),
    unmatched: claimLines.filter(({ row }) => !members.has(meaning(row, 'member_id') ?? '')),
  };
}

function totals(of: ReturnType<typeof marts>) {
  const rows = (list: Entry[]) => list.map((entry) => entry.row);
  return {
    eligibility: of.eligibility.length,
    member: of.members.size,
    claim_line: of.claimLines.length,
    claims: of.claims,
    denied_claims: of.claimed.denied,
    charge_amount: dollars(rows(of.claimLines)),
    paid_amount: dollars(rows(of.claimLines), 'paid_amount'),
    excluded_charge_amount: dollars(rows(of.excluded)),
    unmatched_claim: of.unmatched.length,
    unmatched_charge_amount: dollars(rows(of.unmatched)),
    unenrolled_claim: of.claimed.unenrolled.length,
    unenrolled_charge_amount: dollars(rows(of.claimed.unenrolled)),
    diagnosis: of.claimed.diagnoses,
    enrollment_span: of.allSpans.length,
    inferred_starts: of.allSpans.filter((span) => span.inferred).length,
    member_month: of.memberMonths,
    member_history: of.versions,
    utilization: of.claimed.utilization,
    member_status: { active: 0, inactive: 0, unknown: 0, ...count([...of.members.values()].map(status)) },
    flags: count(of.flags),
    excluded: count(of.excluded.map((entry) => entry.excluded!)),
  };
}

/** What `pmpm` must say of each month. */
const monthly = ({ months }: ReturnType<typeof marts>) =>
  Object.fromEntries(
    [...months].map(([month, { members, lines }]) => [
      month,
      { member_months: members, charge_amount: dollars(lines.map(({ row }) => row)) },
    ]),
  );

/** The rules of an entry's flags: of values that cannot be read, and of those that do not fit together. */
const rulesOf = (entry: Entry) => [
  ...entry.held.file.header.flatMap((header) => {
    const { rule, means } = entry.row.fields[header] ?? {};
    // A flag for each column of the marts that the bad value would have been read for.
    return rule ? Object.keys(means!).map(() => rule) : [];
  }),
  ...failedChecks(entry),
];

function status({ row }: Entry): 'active' | 'inactive' | 'unknown' {
  const end = meaning(row, 'enrollment_end_date');
  if (end === null) return 'unknown';
  return end >= AS_OF_DATE ? 'active' : 'inactive';
}

const COLUMNS_OF_MEMBER = new Set(
  'first_name middle_name last_name birth_date sex city state zip_code phone email enrollment_end_date'.split(
    ' ',
  ),
);

/** What must stand in `member` where a value was planted and is the latest. */
function plantedValues(client: string, members: Map<string, Entry>) {
  return [...members].flatMap(([member_id, { row, held }]) =>
    held.file.header.flatMap((header) => {
      const field = row.fields[header];
      if (!field?.planted) return [];
      return Object.entries(field.means)
        .filter(([column]) => COLUMNS_OF_MEMBER.has(column))
        .map(([column, value]) => ({ client, member_id, column, value }));
    }),
  );
}

/** Sum of the amounts that can be read, to the cent. */
function dollars(rows: Row[], column = 'charge_amount'): string {
  const cents = rows.map((row) => {
    const amount = meaning(row, column);
    return amount === null ? 0 : Number(amount.replace('.', ''));
  });
  return decimal(cents.reduce((sum, each) => sum + each, 0));
}

/** How often each value occurs, in alphabetical order. */
function count(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values.sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
