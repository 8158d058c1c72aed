import { type Cell, number, text } from './cell.ts';
import { fullName } from './client-b.ts';
import { monthField } from './client-d.ts';
import { addDays, lastDay, serial } from './date.ts';
import type { Feed } from './feed.ts';
import type { Random } from './random.ts';
import type { Column, Field, Kind, Row, Rule } from './row.ts';

/** A value that clients get wrong, what it means, and the rule that flags it where nothing can be made of it. */
export interface Planted {
  raw: string | number;
  value: string | null;
  rule?: Rule;
}

const fine = (raw: string | number, value: string | null): Planted => ({ raw, value });
const bad = (rule: Rule, ...raws: (string | number)[]): Planted[] =>
  raws.map((raw) => ({ raw, value: null, rule }));

const STATES = [
  ...bad('invalid_state', 'ZZ', 88),
  fine('Virginia', 'VA'),
  fine(' va ', 'VA'),
  fine('\u00a0VA\u00a0', 'VA'),
];

/** Massachusetts lost its zero in `2130`; `21301234` is 02130-1234 without zero and dash. */
const ZIPS = [
  ...bad('invalid_zip', '123TY', 'RTEFG'),
  fine(2130, '02130'),
  fine('2130', '02130'),
  fine('021301234', '02130'),
  fine(21301234, '02130'),
  fine('23510-1234', '23510'),
];

const SEXES: Planted[] = [
  { raw: 'X', value: 'unknown', rule: 'invalid_sex' },
  fine('', 'unknown'),
  fine('\u00a0', 'unknown'),
];

const PHONES = [
  ...bad('invalid_phone', '576YYYTI90', '0575550142', '555-0142'),
  fine('+1 757-555-0143', '7575550143'),
  fine('1-757-555-0144', '7575550144'),
  fine('(757) 555-0145', '7575550145'),
];

const EMAILS = [
  ...bad('invalid_email', 'jane.doe(at)example.org', 'none'),
  fine('\u00a0lost.space@example.org', 'lost.space@example.org'),
];

const NAMES = [
  fine('Anne\u00a0Marie', 'Anne Marie'),
  fine('\u00a0Lee ', 'Lee'),
  fine('New\u00a0 Kent', 'New Kent'),
];

const AMOUNTS = [
  fine('$1,234.50', '1234.50'),
  fine('(45.00)', '-45.00'),
  fine('\u00a0250.00 ', '250.00'),
  ...bad('invalid_amount', 'TBD', '12.5.0'),
];

/** The same where the comma is the decimal point. */
const COMMA_AMOUNTS = [
  fine('$1.234,50', '1234.50'),
  fine('(45,00)', '-45.00'),
  fine('\u00a0250,00 ', '250.00'),
  ...bad('invalid_amount', 'TBD', '12,5,0', '$1,234.50'),
];

/** Days that do not exist, whatever the client's style. */
const NO_DATES = bad('invalid_date', '11/31/2001', '2023-11-31', 'pending');

/** An Excel serial as a number, as text, and as text with a fraction of nothing. */
const serials = (...isos: [string, string, string]): Planted[] => [
  fine(serial(isos[0]), isos[0]),
  fine(String(serial(isos[1])), isos[1]),
  fine(`${serial(isos[2])}.0`, isos[2]),
];

const DATES = [...NO_DATES, ...serials('2023-07-10', '2023-06-30', '2023-05-31')];

/** Days that do not exist, as a client writes days. */
const NO_DAYS: Record<string, string[]> = {
  client_c: ['20231131', '20011131'],
  client_d: ['31.11.2023', '31.11.2001', '29.2.2023'],
};

/** Which values are planted in a column of this kind: the same for every client, but for how it writes a day. */
export function plantedIn(
  kind: Kind,
  feed: Pick<Feed<never>, 'day' | 'client' | 'decimal'>,
  period: string,
): Planted[] {
  const inClientsStyle = bad('invalid_date', ...(NO_DAYS[feed.client] ?? []));
  switch (kind) {
    case 'state':
      return STATES;
    case 'zip':
      return ZIPS;
    case 'sex':
      return SEXES;
    case 'phone':
      return PHONES;
    case 'email':
      return EMAILS;
    case 'name':
      return NAMES;
    case 'amount':
      return feed.decimal === 'comma' ? COMMA_AMOUNTS : AMOUNTS;
    case 'date':
      return [...DATES, ...inClientsStyle];
    case 'birth_date':
      return [...NO_DATES, ...inClientsStyle, ...births(feed.day, period)];
    default:
      return [];
  }
}

function births(day: (iso: string) => string, period: string): Planted[] {
  const [onLastDay, dayAfter] = [lastDay(period), addDays(lastDay(period), 1)];
  return [
    ...bad('birth_date_out_of_range', day('2027-03-03'), day('1899-12-30'), day(dayAfter)),
    fine(day(onLastDay), onLastDay),
    ...serials('2003-04-04', '1951-10-23', '1988-02-29'),
  ];
}

/** `LAST, FIRST M`: the first token after the comma is the first name, the rest the middle name. */
const FULL_NAMES = [
  fullName('GARCIA,\u00a0ANA\u00a0M', 'GARCIA', 'ANA', 'M'),
  fullName('DE LA CRUZ, MARIA ELENA R', 'DE LA CRUZ', 'MARIA', 'ELENA R'),
  fullName(" O'BRIEN , JO ", "O'BRIEN", 'JO', ''),
];

/** Months in other spellings, and what is none: both days that it stands for are bad then. */
const months = (period: string): Field[] => [
  ...['13.2023', '31.11.2023', 'laufend'].map(
    (raw): Field => ({ ...monthField(raw, null), rule: 'invalid_date' }),
  ),
  ...[`${Number(period.slice(5))}.${period.slice(0, 4)}`, period, `\u00a0${period} `].map((raw) =>
    monthField(raw, period),
  ),
];

/** Plants every value that the columns can show, each in another row as long as there are rows. */
export function plant<Subject>(feed: Feed<Subject>, rows: Row[], period: string, random: Random): void {
  let hosts: Row[] = [];
  for (const column of feed.columns) {
    const values =
      column.kind === 'month'
        ? months(period)
        : plantedIn(column.kind, feed, period).map((each) => fieldOf(each, column));
    const names = /^(full|last)_name$/.test(column.column) ? FULL_NAMES : [];
    if (hosts.length < values.length + names.length) hosts = random.shuffled(rows);
    for (const value of values) hosts.pop()!.fields[column.header] = { ...value, planted: true };
    for (const name of names) {
      const { fields } = hosts.pop()!;
      // Where the names have columns of their own, the whole name stands in the last one's and the others are blank.
      for (const [header, each] of Object.entries(fields)) {
        if ('first_name' in each.means || 'middle_name' in each.means) delete fields[header];
      }
      fields[column.header] = { ...name, planted: true };
    }
  }
}

function fieldOf({ raw, value, rule }: Planted, { column }: Column): Field {
  const cell: Cell = typeof raw === 'number' ? number(raw) : text(raw);
  return { cell, means: { [column]: value }, ...(rule && { rule }) };
}
