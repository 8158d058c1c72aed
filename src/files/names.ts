import { createHash } from 'node:crypto';

export const FILE_TYPES = ['patient_registration', 'claims'] as const;
export type FileType = (typeof FILE_TYPES)[number];
export const FORMATS = ['csv', 'xlsx'] as const;
export type Format = (typeof FORMATS)[number];
/** What may stand between the fields of a CSV. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Postgres keeps the first 63 bytes of an identifier. */
const MAX_IDENTIFIER_BYTES = 63;
/** Columns that every Postgres table has: no other may bear their names. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

const ALIASES: Record<string, FileType> = {
  patient_registration: 'patient_registration',
  membership: 'patient_registration',
  claims: 'claims',
  claim: 'claims',
};

/** The file type for a name seen outside: `membership`, `claim`, `Claims`. */
export function foldFileType(outside: string): FileType | undefined {
  const name = foldWords(outside);
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
}

/** The client's name in snake case: `clientA`, `Client-A` and `client_a` are all `client_a`. */
export function foldClient(outside: string): string {
  return foldWords(outside.replace(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

function foldWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
}

/** The period `YYYY-MM` for `202307` or `2023-07`; undefined for anything else, month 13 among it. */
export function foldPeriod(outside: string): string | undefined {
  const match = /^((?:19|20)\d{2})-?(0[1-9]|1[0-2])$/.exec(outside.trim());
  return match ? `${match[1]}-${match[2]}` : undefined;
}

/**
 * The column name in the database for a header cell, as the design folds it: lower case, every run of characters that
 * are not letters or digits one underscore, none at the ends; over 63 bytes cut and ended with a short hash; nothing
 * left: `column_N`.
 * @param position 1 for the first column
 */
export function foldColumn(headerCell: string, position: number): string {
  const name = foldWords(headerCell.normalize('NFC'));
  if (name === '') return `column_${position}`;
  if (SYSTEM_COLUMNS.has(name)) return `${name}_column`;
  if (Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES) return name;
  const ending = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > MAX_IDENTIFIER_BYTES - ending.length) break;
    kept += character;
  }
  return kept + ending;
}

/** The table that holds a feed's rows as they came, without its schema. */
export const exportTable = (feed: { client: string; file_type: FileType }): string =>
  `${feed.file_type}_${feed.client}`;

export interface NameParts {
  client: string;
  file_type: FileType;
  period: string;
}

const NAME = /^Patient-([A-Za-z_]+)-(.+)-(\d{6})\.(?:csv|xlsx?)$/i;

/**
 * What a file's name says, `Patient-{membership|claim}-{client}-{yyyymm}.{csv|xlsx}`. A part that is there but wrong
 * (month 13) is left out; undefined where the name has another shape.
 */
export function parseFileName(name: string): Partial<NameParts> | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const fileType = foldFileType(match[1]!);
  const period = foldPeriod(match[3]!);
  return {
    client: foldClient(match[2]!),
    ...(fileType === undefined ? {} : { file_type: fileType }),
    ...(period === undefined ? {} : { period }),
  };
}

/** The format that a name's ending promises; undefined for anything but `.csv`, `.xlsx`, and `.xls` as it was called before. */
export function formatOfName(name: string): Format | undefined {
  const ending = /\.(csv|xlsx?)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'xls' ? 'xlsx' : (ending as Format | undefined);
}
