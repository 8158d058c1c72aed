import type { FileType } from '../../files/names.ts';
import type { ColumnDescription } from '../description.ts';
import { codedLines } from './coded.ts';
import type { Column } from './columns.ts';
import { datesIn, formatsToList, monthsIn } from './dates.ts';
import { numbersIn } from './numbers.ts';
import type { Placed } from './placement.ts';
import { isWordKind, type KnownWords, readWords } from './terms.ts';

/** A canonical column of the draft. */
export interface Proposal {
  name: string;
  /** As the description has it. */
  from: Partial<ColumnDescription>;
  confidence: number;
  /** Why, and what to look at. */
  why: string[];
  /** The columns of the file that it is made of. */
  columns: Column[];
}

/** What a draft of one feed is made from. */
export interface Evidence {
  fileType: FileType;
  /** Last day of the last period that a sample covers; undefined where no name tells one. */
  periodEnd: string | undefined;
  known: KnownWords;
}

/** So much of an end of coverage that lies ahead makes it one. */
const AHEAD = 0.02;

/** What the placed columns make: canonical columns with how they are read. */
export function propose(placed: readonly Placed[], evidence: Evidence): Proposal[] {
  const byName = new Map(placed.map((each) => [each.name, each]));
  const proposals = placed
    .filter(({ name }) => !PARTS_OF_OTHERS.has(name))
    .map((each) => readingOf(each, evidence));
  const has = (name: string) => proposals.some((each) => each.name === name);
  const add = (...more: Proposal[]) => proposals.push(...more.filter(({ name }) => !has(name)));

  const whole = byName.get('whole_name');
  if (whole && !(has('first_name') && has('last_name'))) add(...partsOfName(whole));
  const second = byName.get('address_2');
  const address = proposals.find(({ name }) => name === 'address');
  if (second && address) {
    address.from = { join: [address.columns[0]!.header, second.column.header], with: ' ' };
    address.columns.push(second.column);
  }
  const date = byName.get('coverage_date');
  if (date) add(...coverageDate(date, has('enrollment_end_date'), evidence));
  const month = byName.get('coverage_month');
  if (month && !has('enrollment_start_date') && !has('enrollment_end_date'))
    add(...(['start', 'end'] as const).map((side) => coverageMonth(month, side)));
  for (const coded of codedLines(proposals)) {
    const at = proposals.findIndex(({ name }) => name === coded.name);
    if (at >= 0) proposals[at] = coded;
    else proposals.push(coded);
  }
  return proposals;
}

const PARTS_OF_OTHERS = new Set(['whole_name', 'address_2', 'coverage_date', 'coverage_month']);

/** One column of the file in one place, and how its values are read. */
function readingOf(placed: Placed, { known }: Evidence): Proposal {
  const { name, kind, column, confidence, why } = placed;
  const proposal: Proposal = {
    name,
    from: { from: column.header },
    confidence,
    why: [why],
    columns: [column],
  };
  const { values } = column;
  if (kind === 'date' || kind === 'birth_date') readDays(proposal, values);
  else if ((kind === 'amount' || kind === 'quantity') && numbersIn(values).decimal === 'comma') {
    proposal.from.decimal = 'comma';
    proposal.why.push('cents after a comma');
  } else if (isWordKind(kind)) {
    const words = readWords(kind, values, known);
    if (words && Object.keys(words.values).length > 0) proposal.from.values = words.values;
    if (words && words.unknown.length > 0)
      proposal.why.push(`say what these mean: ${words.unknown.join(', ')}`);
  }
  return proposal;
}

function readDays(proposal: Proposal, values: readonly string[]): void {
  const dates = datesIn(values);
  if (monthsIn(values).read > dates.read) {
    proposal.from.day = proposal.name.includes('end') ? 'last' : 'first';
    return;
  }
  const formats = formatsToList(dates);
  if (formats) proposal.from.formats = formats;
  if (dates.ambiguous) proposal.why.push('ambiguous: no number above 12 tells day from month');
  if (dates.open.length > 0) proposal.from.open_end = dates.open;
  const [column] = proposal.columns;
  if (proposal.name === 'enrollment_end_date' && dates.open.length === 0 && column!.blank > 0.2)
    proposal.why.push('if blank means still enrolled, add `open_end: [blank]`');
}

function partsOfName({ column, confidence, why }: Placed): Proposal[] {
  const commas =
    column.values.filter((value) => value.includes(',')).length / Math.max(1, column.values.length);
  const order = commas > 0.5 ? 'LAST, FIRST M' : 'First M Last';
  return (['first_name', 'middle_name', 'last_name'] as const).map((part) => ({
    name: part,
    from: { from: column.header, part },
    confidence,
    why: part === 'first_name' ? [why, `mostly ${order}`] : ['as first_name'],
    columns: [column],
  }));
}

/** A day of coverage whose name does not tell which: an end lies ahead or is open, a start does not. */
function coverageDate(placed: Placed, endIsGiven: boolean, { periodEnd }: Evidence): Proposal[] {
  const { values } = placed.column;
  const dates = datesIn(values);
  const ahead = periodEnd === undefined ? 0 : dates.after(periodEnd) / Math.max(1, dates.read);
  const isEnd = !endIsGiven && (ahead > AHEAD || dates.open.length > 0);
  const proposal: Proposal = {
    name: isEnd || !endIsGiven ? 'enrollment_end_date' : 'enrollment_start_date',
    from: { from: placed.column.header },
    confidence: isEnd ? 0.8 : 0.5,
    why: [
      placed.why.replace(/^the name [^;]*/, 'the name tells a day of coverage, not which'),
      isEnd ? 'days ahead of the period or open ends make it the end' : 'a guess: the start or the end?',
    ],
    columns: [placed.column],
  };
  readDays(proposal, values);
  return [proposal];
}

const coverageMonth = ({ column, confidence, why }: Placed, side: 'start' | 'end'): Proposal => ({
  name: `enrollment_${side}_date`,
  from: { from: column.header, day: side === 'start' ? 'first' : 'last' },
  confidence,
  why: side === 'start' ? [why.replace('coverage month', 'a month of coverage')] : ['the same month'],
  columns: [column],
});
