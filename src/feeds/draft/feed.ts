import type { FileType, Format } from '../../files/names.ts';
import { IDENTITY } from '../canonical.ts';
import { type Column, columnsOf } from './columns.ts';
import { joinedMember } from './members.ts';
import { place } from './placement.ts';
import { type Proposal, propose } from './proposals.ts';
import type { Sample } from './samples.ts';
import type { KnownWords } from './terms.ts';

/** What a draft says of one file type. */
export interface DraftFeed {
  fileType: FileType;
  delivery: { value: 'snapshot' | 'incremental'; why: string };
  formats: Format[];
  encoding: string | undefined;
  delimiter: string | undefined;
  key: { columns: string[]; why: string };
  proposals: Proposal[];
  required: ReadonlySet<string>;
  /** Columns that no place was found for. */
  left: Column[];
}

/** Canonical columns that a file is refused without, where every sample has them: marts would have holes. */
const CORE: Record<FileType, readonly string[]> = {
  patient_registration: [
    'member_id',
    'subscriber_id',
    'person_code',
    'first_name',
    'middle_name',
    'last_name',
    'birth_date',
    'sex',
    'enrollment_start_date',
    'enrollment_end_date',
  ],
  claims: [
    'claim_id',
    'claim_line_number',
    'original_claim_id',
    'record_type',
    'member_id',
    'service_start_date',
    'received_date',
    'code',
    'charge_amount',
    'paid_amount',
    'claim_status',
  ],
};

/** Drafts the feeds of one client: registrations first, as claims are held against them. */
export function draftFeeds(samples: readonly Sample[], known: KnownWords): DraftFeed[] {
  const of = (fileType: FileType) => samples.filter((sample) => sample.fileType === fileType);
  const registrations = of('patient_registration');
  const claims = of('claims');
  const claimColumns = columnsOf(claims);
  const claimed = place(claimColumns, 'claims', known);
  const drafts: DraftFeed[] = [];
  if (registrations.length > 0) {
    const columns = columnsOf(registrations);
    const evidence = {
      fileType: 'patient_registration',
      periodEnd: periodEndOf(registrations),
      known,
    } as const;
    const proposals = propose(place(columns, 'patient_registration', known), evidence);
    const joined = joinedMember(proposals, claimed.find(({ name }) => name === 'member_id')?.column);
    if (joined) proposals.push(joined);
    drafts.push(draftOf(registrations, columns, proposals));
  }
  if (claims.length > 0) {
    const evidence = { fileType: 'claims', periodEnd: periodEndOf(claims), known } as const;
    drafts.push(draftOf(claims, claimColumns, propose(claimed, evidence)));
  }
  return drafts;
}

function draftOf(samples: readonly Sample[], columns: readonly Column[], proposals: Proposal[]): DraftFeed {
  const { fileType } = samples[0]!;
  const one = <Value>(values: (Value | undefined)[]) => values.find((value) => value !== undefined);
  const key = keyOf(fileType, proposals);
  return {
    fileType,
    delivery: deliveryOf(samples, proposals),
    formats: [...new Set(samples.map(({ format }) => format))],
    encoding: one(samples.map(({ encoding }) => encoding)),
    delimiter: one(samples.map(({ delimiter }) => (delimiter === ',' ? undefined : delimiter))),
    key,
    proposals,
    required: new Set([
      ...key.columns,
      ...(fileType === 'claims' ? ['charge_amount'] : []),
      ...proposals
        .filter(({ name, columns: made }) => CORE[fileType].includes(name) && made[0]!.inEverySample)
        .map(({ name }) => name),
    ]),
    left: columns.filter((column) => !proposals.some((proposal) => proposal.columns.includes(column))),
  };
}

function keyOf(fileType: FileType, proposals: readonly Proposal[]): DraftFeed['key'] {
  const identity = IDENTITY[fileType];
  const has = (name: string) => proposals.some((each) => each.name === name);
  if (fileType === 'claims')
    return has('claim_line_number')
      ? { columns: [identity, 'claim_line_number'], why: 'lines are numbered' }
      : { columns: [identity], why: 'rows with one claim number are its lines' };
  const several = rowsPerMember(proposals) > SEVERAL_ROWS;
  const date = ['enrollment_end_date', 'enrollment_start_date'].find(has);
  return several && date
    ? { columns: [identity, date], why: 'members have several rows in a file' }
    : { columns: [identity], why: 'members have one row in a file' };
}

/** Above so many rows a member in a file, several are the rule and no accident. */
const SEVERAL_ROWS = 1.2;

/** Rows a member in one file, on average. */
function rowsPerMember(proposals: readonly Proposal[]): number {
  const member = proposals.find(({ name }) => name === 'member_id');
  const perFile = (member?.columns[0]?.cells ?? []).flatMap((_, sample) => {
    const ids = identitiesOf(member!, sample);
    return ids.length > 0 ? [ids.length / new Set(ids).size] : [];
  });
  return perFile.length > 0 ? perFile.reduce((sum, each) => sum + each, 0) / perFile.length : 1;
}

/** What a canonical identifier is in the rows of a sample, parts put together. */
function identitiesOf({ columns }: Proposal, sample: number): string[] {
  const [first, ...others] = columns.map(({ cells }) => cells[sample] ?? []);
  return (first ?? []).flatMap((cell, row) =>
    cell === null ? [] : [[cell, ...others.map((cells) => cells[row] ?? '')].join(' ')],
  );
}

/** A later file with so few of an earlier one's identifiers tells changes only. */
const FEW = 0.5;

function deliveryOf(samples: readonly Sample[], proposals: readonly Proposal[]): DraftFeed['delivery'] {
  const { fileType } = samples[0]!;
  const has = (name: string) => proposals.some((each) => each.name === name);
  const identity = proposals.find(({ name }) => name === IDENTITY[fileType]);
  const byFile = samples.map((_, sample) => new Set(identity ? identitiesOf(identity, sample) : []));
  if (fileType === 'claims') {
    const again = byFile.some((ids, i) =>
      byFile.slice(i + 1).some((later) => [...ids].some((id) => later.has(id))),
    );
    return {
      value: 'incremental',
      why: again
        ? 'claim numbers of one file come again in another, as later versions do'
        : 'claims mostly add up, and no claim number comes in two of the samples',
    };
  }
  const sizes = byFile.map(({ size }) => size);
  if (sizes.some((size, i) => sizes.slice(0, i).some((earlier) => size < earlier * FEW)))
    return {
      value: 'incremental',
      why: 'a later file has far fewer members than an earlier one: it tells what changed',
    };
  if (rowsPerMember(proposals) > SEVERAL_ROWS)
    return { value: 'incremental', why: 'members have several rows in a file, as where spans are listed' };
  if (has('enrollment_start_date'))
    return {
      value: 'incremental',
      why: 'rows have a start and an end, so that a file can tell changes only',
    };
  return { value: 'snapshot', why: 'one row a member and no start of coverage: a list of who is enrolled' };
}

/** The last day of the latest month that the samples' names tell. */
function periodEndOf(samples: readonly Sample[]): string | undefined {
  const last = samples
    .flatMap(({ period }) => period ?? [])
    .sort()
    .at(-1);
  if (last === undefined) return undefined;
  const [year, month] = last.split('-').map(Number);
  return new Date(Date.UTC(year!, month!, 0)).toISOString().slice(0, 10);
}
