import { text } from './cell.ts';
import type { Claim } from './claim.ts';
import { damaged } from './csv.ts';
import { type Client, type Context, type Feed, headerOf } from './feed.ts';
import type { Person } from './person.ts';
import { memberId, person } from './person.ts';
import { plant } from './planted.ts';
import { Random } from './random.ts';
import type { FileType, Row } from './row.ts';

/** One file to be sent: its name, its rows, and how its bytes are laid out. */
export interface SampleFile {
  name: string;
  client: string;
  fileType: FileType;
  period: string;
  header: string[];
  rows: Row[];
  layout: CsvLayout | WorkbookLayout;
  /** This one has the very bytes of that earlier file: the API answers 200. */
  heldAlready?: SampleFile;
}

export interface CsvWriting {
  newline: '\n' | '\r\n';
  /** A comma if left out. */
  delimiter?: ',' | ';';
  /** UTF-8 if left out. */
  encoding?: 'utf8' | 'latin1';
}

export interface CsvLayout extends CsvWriting {
  format: 'csv';
  byteOrderMark?: true;
}

export interface WorkbookLayout {
  format: 'xlsx';
  sheetName: string;
  /** Formatted but empty rows below the data, as a client's template leaves them. */
  blankRowsBelow?: number;
  /** A hidden sheet before the data and a visible one after it. */
  otherSheets?: true;
}

export interface Order {
  seed: number;
  /** The client as the file's name spells it. */
  spelling: string;
  period: string;
  layout: SampleFile['layout'];
}

/** Rows that the sets need untouched, for updates, reversals and later versions, stand first in every file. */
export const RESERVED = 60;

/** How each file type is called in a file's name. */
export const NAMED: Record<FileType, string> = { patient_registration: 'membership', claims: 'claim' };

export function contextOf<Subject>({ seed, spelling, period }: Order, feed: Feed<Subject>): Context {
  return { period, random: new Random(`${seed}/${spelling}/${feed.fileType}/${period}`) };
}

export function sampleFile<Subject>(feed: Feed<Subject>, order: Order, rows: Row[]): SampleFile {
  const { period, layout, spelling } = order;
  rows[50] = { ...rows[50]!, gapBefore: 'blank' };
  rows[90] = { ...rows[90]!, gapBefore: 'delimiters' };
  return {
    name: `Patient-${NAMED[feed.fileType]}-${spelling}-${period.replace('-', '')}.${layout.format}`,
    client: feed.client,
    fileType: feed.fileType,
    period,
    header: headerOf(feed),
    rows,
    layout,
  };
}

/** A registration file: the people, bad values, members with two spans, rows without a key, duplicates. */
export function registrationFile({ registration }: Client, order: Order, people: Person[]): SampleFile {
  const context = contextOf(order, registration);
  const rowsOf = (who: Person) => registration.rows(who, context);
  const rows = people.flatMap(rowsOf);
  plant(registration, rows.slice(RESERVED), order.period, context.random);

  // Two spans of one member: the later end date is the latest entry, wherever it stands.
  const [earlierSecond, laterSecond] = [people[10]!, people[11]!];
  const [earlier, later] = ['2023-03-31', '2024-12-31'];
  const spans = [later, earlier, earlier, later].map(
    (end, at) => rowsOf({ ...(at < 2 ? earlierSecond : laterSecond), start: '2023-01-01', end })[0]!,
  );
  rows.splice(10, 2, spans[0]!, spans[2]!);
  rows.push(spans[1]!, spans[3]!);

  const strangers = [9000, 9001].flatMap((index) => rowsOf(person(order.seed, registration.client, index)));
  rows.splice(30, 0, withoutKey(strangers[0]!, registration.key[0]!, ''));
  // client_c's key has two columns; either of them blank leaves no key.
  rows.push(withoutKey(strangers[1]!, registration.key.at(-1)!, '\u00a0'));

  rows.splice(45, 0, { ...rows[5]! });
  rows.push({ ...rows[70]! }, { ...rows[0]! });
  return sampleFile(registration, order, rows);
}

/** Member ids that no registration file of the client has: the second is another client's member. */
const STRANGERS: Record<string, [string, string]> = {
  client_a: ['99900001', '50100260'],
  client_b: ['99900001', '42711700'],
  client_c: ['99900001', '42711784'],
  client_d: ['99900001', '42711489'],
};

/** A claims file: the claims, bad values, blank and unknown ids, duplicates. */
export function claimsFile({ claims }: Client, order: Order, list: Claim[], fresh: () => Claim): SampleFile {
  const context = contextOf(order, claims);
  const rowsOf = (claim: Claim) => claims.rows(claim, context);
  const reserved = list.slice(0, RESERVED).flatMap(rowsOf);
  const rest = list.slice(RESERVED).flatMap(rowsOf);
  plant(claims, rest, order.period, context.random);
  const rows = [...reserved, ...rest];

  for (const raw of ['', '\u00a0']) rows.push(withId(rowsOf(fresh())[0]!, 'claim_id', raw, null));
  for (const raw of ['', '', '\u00a0 ']) rows.push(withId(rowsOf(fresh())[0]!, 'member_id', raw, null));
  const spaced = memberId(claims.client, 3);
  rows.push(withId(rowsOf(fresh())[0]!, 'member_id', `\u00a0${spaced} `, spaced));
  for (const stranger of STRANGERS[claims.client]!) {
    rows.push(...rowsOf({ ...fresh(), memberId: stranger }));
  }

  if (claims.client === 'client_c') rows.push(...repeatedLines(rowsOf, fresh));
  rows.splice(20, 0, { ...rows[12]! });
  rows.push({ ...rows[reserved.length + 3]! }, { ...rows[1]! });
  return sampleFile(claims, order, rows);
}

/** client_c numbers its lines: a number that comes again with other content replaces the earlier row. */
function repeatedLines(rowsOf: (claim: Claim) => Row[], fresh: () => Claim): Row[] {
  const claim = fresh();
  const corrected = claim.lines.map((line) => ({ ...line, charge: line.charge + 1_100 }));
  return [...rowsOf(claim), ...rowsOf({ ...claim, lines: corrected.slice(0, 1) })];
}

/** Adds records that no reader can take: one of each kind, spread over the file; an open quote only at its end. */
export function withDamage(
  file: SampleFile,
  templates: Row[],
  kinds: Parameters<typeof damaged>[2][],
): SampleFile {
  const { delimiter = ',' } = file.layout as CsvLayout;
  const step = Math.floor(file.rows.length / (kinds.length + 1));
  const rows = [...file.rows];
  kinds.forEach((kind, index) => {
    const record = { fields: {}, damage: damaged(templates[index]!, file.header, kind, delimiter) };
    if (kind === 'unterminated_quote') rows.push(record);
    else rows.splice(step * (index + 1), 0, record);
  });
  return { ...file, rows };
}

/** A registration row whose key cannot be read: one of the key's columns is blank. */
function withoutKey(row: Row, header: string, raw: string): Row {
  const fields: Row['fields'] = {};
  for (const [name, each] of Object.entries(row.fields)) {
    fields[name] = 'member_id' in each.means ? { ...each, means: { ...each.means, member_id: null } } : each;
  }
  return { fields: { ...fields, [header]: { ...fields[header]!, cell: text(raw) } } };
}

function withId(row: Row, column: string, raw: string, value: string | null): Row {
  const header = Object.keys(row.fields).find((name) => column in row.fields[name]!.means)!;
  return { fields: { ...row.fields, [header]: { cell: text(raw), means: { [column]: value } } } };
}
