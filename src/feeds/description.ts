import { z } from 'zod';
import { ENCODINGS, foldEncoding } from '../files/encodings.ts';
import { DELIMITERS, FILE_TYPES, type FileType, FORMATS } from '../files/names.ts';
import { CANONICAL, DATE_FORMATS, IDENTITY, KINDS, type Kind, VALUES } from './canonical.ts';

/** Words and codes may be written as numbers: `2` is the text 2. */
const Word = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Header = z.string().min(1).describe('A column of the file, as the client writes it');

const reading = {
  from: Header.optional(),
  join: z.array(Header).min(2).optional().describe('Columns put together'),
  with: z.string().optional().describe('What stands between joined columns; nothing if left out'),
  needs: z
    .enum(['all', 'any'])
    .optional()
    .describe('all: null unless every joined column has a value; any (the default): what there is'),
  part: z
    .enum(['first_name', 'middle_name', 'last_name'])
    .optional()
    .describe('This part of a whole name, `LAST, FIRST M` or `First M Last`'),
  day: z.enum(['first', 'last']).optional().describe('The first or last day of the month that is given'),
  when: z
    .record(Header, z.array(Word).min(1))
    .optional()
    .describe('Only where another column holds one of these words; case and punctuation do not matter'),
};

const Reading = z.strictObject(reading);
export type ReadingDescription = z.output<typeof Reading>;

const Column = z.strictObject({
  ...reading,
  first_of: z.array(Reading).min(2).optional().describe('The first of these that has a value'),
  value: Word.optional().describe('The same for every row'),
  required: z
    .boolean()
    .default(false)
    .describe(
      'A file without its columns is refused; an optional one loads as null and is reported as drift',
    ),
  formats: z
    .array(z.enum(DATE_FORMATS))
    .min(1)
    .optional()
    .describe('How days are written; left out: all of them but those that contradict M/D/YYYY'),
  values: z
    .record(z.string(), z.array(Word).min(1))
    .optional()
    .describe('value: [what the client writes for it]'),
  open_end: z
    .array(Word)
    .min(1)
    .optional()
    .describe('What stands for an end that is open; blank for no value'),
  decimal: z.enum(['point', 'comma']).optional().describe('comma: 1.234,50'),
});
export type ColumnDescription = z.output<typeof Column>;

/** The client of dbt's unit tests (dbt/macros/unit_tests): models of another by this name would be theirs. */
export const RESERVED_CLIENT = 'example';

const EXPECTED = /^monthly by day ([1-9]|1\d|2[0-8])$/;

function feedSchema(fileType: FileType) {
  const names = CANONICAL[fileType].map(({ name }) => name) as [string, ...string[]];
  return z
    .strictObject({
      delivery: z
        .enum(['snapshot', 'incremental'])
        .describe('snapshot: a newer file of a period replaces the older; incremental: files add up'),
      expected: z
        .string()
        .regex(EXPECTED, 'must read `monthly by day N`, N from 1 to 28: the day of the following month')
        .optional()
        .describe("When a period's file is late: `monthly by day 10` of the following month"),
      format: z
        .array(z.enum(FORMATS))
        .min(1)
        .default([...FORMATS]),
      encoding: z
        .string()
        .min(1)
        .optional()
        .describe('Of CSV: UTF-8, ISO-8859-1, windows-1252 …; left out: recognised'),
      delimiter: z.enum(DELIMITERS).optional().describe('Of CSV; left out: recognised'),
      sheet: z.string().min(1).optional().describe('Of a workbook; left out: the first visible one'),
      key: z.array(z.enum(names)).min(1).describe('Canonical columns that identify a record'),
      columns: z
        .partialRecord(z.enum(names), z.union([Header, Column]))
        .describe('canonical column: the column of the file, or how it is made of several'),
      unused: z
        .record(Header, z.string())
        .default({})
        .describe('Known columns that nothing is made of: and why'),
    })
    .meta({ title: `${fileType} of a client` });
}

/** What `feeds/{client}.yaml` may say. */
export const ClientDescription = z
  .strictObject({
    client: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,30}$/, 'must be snake case, at most 31 characters')
      .regex(
        new RegExp(`^(?!${RESERVED_CLIENT}$)`),
        `${RESERVED_CLIENT} is the client of dbt's unit tests: call this one something else`,
      ),
    feeds: z.strictObject(
      Object.fromEntries(FILE_TYPES.map((type) => [type, feedSchema(type).optional()])) as {
        [type in FileType]: z.ZodOptional<ReturnType<typeof feedSchema>>;
      },
    ),
  })
  .meta({ title: 'What a client sends' });

export type FeedDescription = z.output<ReturnType<typeof feedSchema>>;

export const parseExpected = (text: string | undefined) => {
  const day = text && EXPECTED.exec(text)?.[1];
  return day ? ({ every: 'month', byDay: Number(day) } as const) : undefined;
};

/** `client: x` as well as `client: { from: x }`. */
export const spelledOut = (column: string | ColumnDescription): ColumnDescription =>
  typeof column === 'string' ? { from: column, required: false } : column;

export const kindOf = (fileType: FileType, name: string): Kind =>
  CANONICAL[fileType].find((column) => column.name === name)!.kind;

/** Something that the shape alone does not forbid: where, below the feed, and what is expected. */
export interface Misfit {
  path: (string | number)[];
  message: string;
}

/** The first thing in a feed of the right shape that makes no sense. */
export function findMisfit(fileType: FileType, feed: FeedDescription): Misfit | undefined {
  if (feed.encoding !== undefined && !foldEncoding(feed.encoding))
    return { path: ['encoding'], message: `must be one of ${ENCODINGS.join(', ')}, or another label of one` };
  for (const [name, described] of Object.entries(feed.columns)) {
    if (!described) continue;
    const misfit = misfitOf(kindOf(fileType, name), name, spelledOut(described));
    if (misfit) return { path: ['columns', name, ...misfit.path], message: misfit.message };
  }
  const identity = IDENTITY[fileType];
  if (!feed.columns[identity])
    return { path: ['columns'], message: `${identity} is missing: every feed has to give it` };
  if (fileType === 'claims' && !feed.columns.charge_amount)
    return {
      path: ['columns'],
      message: 'charge_amount is missing: without it no dollar can be accounted for',
    };
  const optional = feed.key.find((name) => !feed.columns[name] || !spelledOut(feed.columns[name]).required);
  if (optional) return { path: ['key'], message: `key ${optional} is not one of the required columns` };
  if (!feed.key.includes(identity)) return { path: ['key'], message: `the key has to contain ${identity}` };
  return undefined;
}

function misfitOf(kind: Kind, name: string, column: ColumnDescription): Misfit | undefined {
  const ways = (['from', 'join', 'first_of', 'value'] as const).filter((way) => column[way] !== undefined);
  if (ways.length !== 1)
    return { path: [], message: 'needs exactly one of `from`, `join`, `first_of` and `value`' };
  const isDate = KINDS[kind].type === 'date';
  const only = (option: keyof ColumnDescription, fits: boolean, what: string): Misfit | undefined =>
    column[option] !== undefined && !fits ? { path: [option], message: `only for ${what}` } : undefined;
  const readings = [column, ...(column.first_of ?? [])];
  for (const [i, each] of readings.entries()) {
    const path = i === 0 ? [] : ['first_of', i - 1];
    if (i > 0 && (each.from === undefined) === (each.join === undefined))
      return { path, message: 'needs exactly one of `from` and `join`' };
    if (each.part && kind !== 'name') return { path: [...path, 'part'], message: 'only for names' };
    if (each.day && !isDate) return { path: [...path, 'day'], message: 'only for dates' };
    if ((each.with !== undefined || each.needs) && !each.join)
      return { path: [...path, each.needs ? 'needs' : 'with'], message: 'only together with `join`' };
    if (each.when && Object.keys(each.when).length !== 1)
      return { path: [...path, 'when'], message: 'one column, and its words' };
    if (each.when && !each.from) return { path: [...path, 'when'], message: 'only together with `from`' };
  }
  const allowed = VALUES[kind];
  const unknown = allowed && Object.keys(column.values ?? {}).find((value) => !allowed.includes(value));
  if (unknown) return { path: ['values', unknown], message: `must be one of ${allowed.join(', ')}` };
  if (allowed && column.value !== undefined && !allowed.includes(column.value))
    return { path: ['value'], message: `must be one of ${allowed.join(', ')}` };
  if (column.value !== undefined && (KINDS[kind].type !== 'text' || kind === 'id'))
    return { path: ['value'], message: `${name} cannot be the same for every row` };
  if (name === 'charge_amount' && (!column.from || column.when))
    return { path: [], message: 'must be one column, `from`: every dollar of it is counted a second way' };
  return (
    only('formats', isDate, 'dates') ??
    only('open_end', isDate, 'dates') ??
    only('decimal', kind === 'amount' || kind === 'quantity', 'amounts and quantities') ??
    only('values', KINDS[kind].type === 'text' && kind !== 'id' && kind !== 'name', 'words and codes')
  );
}
