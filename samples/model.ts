import { contentOf, meaning, type Row } from './row.ts';
import type { SampleFile } from './sample-file.ts';

/**
 * What the design says must become of the files, worked out on what the generator knows of its own rows. It reads no
 * bytes and shares nothing with the program or with dbt.
 */
export interface Held {
  file: SampleFile;
  /** Order of acceptance over all sets. */
  sequence: number;
}

export type Reason = 'missing_key' | 'duplicate' | 'replaced';

export interface Entry {
  held: Held;
  row: Row;
  /** Place in the file; later is larger. */
  position: number;
  /** Null: the row is in the marts. */
  excluded: Reason | null;
}

/** Feeds whose newer file of a period takes the place of the older one. All others add up. */
const SNAPSHOTS = new Set(['client_a/patient_registration', 'client_b/patient_registration']);

export const isSnapshot = ({ client, fileType }: SampleFile): boolean =>
  SNAPSHOTS.has(`${client}/${fileType}`);

/** The files whose rows count: not those that a newer snapshot of the same period has replaced. */
export function current(held: Held[]): Held[] {
  return held.filter(
    ({ file, sequence }) =>
      !isSnapshot(file) ||
      !held.some(
        (other) =>
          other.sequence > sequence &&
          other.file.client === file.client &&
          other.file.fileType === file.fileType &&
          other.file.period === file.period,
      ),
  );
}

/** Every loaded row of one client's files of one type, with the reason that keeps it out of the marts, if any. */
export function entries(held: Held[]): Entry[] {
  const inOrder = [...held].sort(
    (one, other) => one.file.period.localeCompare(other.file.period) || one.sequence - other.sequence,
  );
  const all = inOrder.flatMap(entriesOfFile);
  if (inOrder[0]?.file.fileType === 'claims') excludeReplaced(all);
  return all;
}

function entriesOfFile(held: Held): Entry[] {
  const { file } = held;
  const key = file.fileType === 'claims' ? 'claim_id' : 'member_id';
  const seen = new Set<string>();
  return file.rows.flatMap((row, position) => {
    if (row.damage) return [];
    const content = contentOf(row, file.header);
    const excluded = meaning(row, key) === null ? 'missing_key' : seen.has(content) ? 'duplicate' : null;
    seen.add(content);
    return [{ held, row, position, excluded }];
  });
}

const claimId = (entry: Entry) => meaning(entry.row, 'claim_id')!;
const kept = (entry: Entry) => entry.excluded === null;

/** Marks earlier iterations of claims. The entries are in the order in which they count: later ones win. */
function excludeReplaced(all: Entry[]): void {
  const lastFile = new Map<string, Held>();
  for (const entry of all.filter(kept)) lastFile.set(claimId(entry), entry.held);
  for (const entry of all.filter(kept)) {
    if (lastFile.get(claimId(entry)) !== entry.held) entry.excluded = 'replaced';
  }
  excludeRepeatedLines(all);
  excludeIterations(all);
}

/** Where the client numbers its lines, the last row of a number is the line. */
function excludeRepeatedLines(all: Entry[]): void {
  const line = (entry: Entry) => `${claimId(entry)}/${meaning(entry.row, 'claim_line_number')}`;
  const numbered = all.filter((entry) => kept(entry) && meaning(entry.row, 'claim_line_number') !== null);
  const last = new Map(numbered.map((entry) => [line(entry), entry]));
  for (const entry of numbered) if (last.get(line(entry)) !== entry) entry.excluded = 'replaced';
}

interface Iteration {
  record: 'original' | 'adjustment' | 'reversal';
  of: string | null;
}

/** Of a claim's original and adjustments only the last one stands, and that one only if no reversal names it. */
function excludeIterations(all: Entry[]): void {
  const iterations = new Map<string, Iteration>();
  for (const { row } of all.filter(kept)) {
    const record = meaning(row, 'record_type') as Iteration['record'] | null;
    if (record) iterations.set(meaning(row, 'claim_id')!, { record, of: meaning(row, 'original_claim_id') });
  }
  const rootOf = (id: string): string => {
    const before = iterations.get(id)?.of;
    return before ? rootOf(before) : id;
  };
  const standing = new Map<string, string>();
  const voided = new Set<string>();
  for (const [id, { record, of }] of iterations) {
    if (record === 'reversal') voided.add(id).add(of!);
    else standing.set(rootOf(id), id);
  }
  for (const entry of all.filter((each) => kept(each) && iterations.has(claimId(each)))) {
    const id = claimId(entry);
    if (voided.has(id) || standing.get(rootOf(id)) !== id) entry.excluded = 'replaced';
  }
}

/** The kept entries of each member, the latest last: by period, by load, by end date (none is the earliest), by row. */
export function byMember(registrations: Entry[]): Map<string, Entry[]> {
  const end = (entry: Entry) => meaning(entry.row, 'enrollment_end_date') ?? '';
  const inOrder = registrations
    .filter(kept)
    .sort(
      (one, other) =>
        one.held.file.period.localeCompare(other.held.file.period) ||
        one.held.sequence - other.held.sequence ||
        end(one).localeCompare(end(other)) ||
        one.position - other.position,
    );
  return Map.groupBy(inOrder, (entry) => meaning(entry.row, 'member_id')!);
}
