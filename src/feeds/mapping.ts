import { type FileType, foldColumn } from '../files/names.ts';
import type { Kind } from './canonical.ts';
import {
  type ColumnDescription,
  type FeedDescription,
  kindOf,
  type ReadingDescription,
  spelledOut,
} from './description.ts';

/** Where one text of a canonical column comes from; columns by their names in the database. */
export interface Reading {
  from: string[];
  with?: string;
  /** Null unless every joined column has a value. */
  all?: true;
  part?: 'first_name' | 'middle_name' | 'last_name';
  day?: 'first' | 'last';
  /** Only where this column, folded to small letters and digits, is one of the words. */
  when?: [column: string, words: string[]];
}

/** How one canonical column is made; the macro `clean_source` takes it in this very shape. */
export interface Mapping extends Partial<Reading> {
  name: string;
  kind: Kind;
  first_of?: Reading[];
  value?: string;
  formats?: string[];
  /** What the client writes, to the value it stands for; in small letters, as `ß` has no single capital. */
  values?: Record<string, string>;
  open_end?: string[];
  /** No value at all is an open end. */
  open_blank?: true;
  decimal?: 'comma';
}

/** A feed's canonical columns, in the order of its description. */
export function mappingsOf(fileType: FileType, feed: FeedDescription): Mapping[] {
  return Object.entries(feed.columns).map(([name, described]) =>
    mappingOf(name, kindOf(fileType, name), spelledOut(described!)),
  );
}

function mappingOf(name: string, kind: Kind, column: ColumnDescription): Mapping {
  const openEnd = column.open_end?.filter((word) => word !== 'blank').map((word) => word.toLowerCase());
  return {
    name,
    kind,
    ...(column.first_of
      ? { first_of: column.first_of.map(readingOf) }
      : column.value !== undefined
        ? { value: column.value }
        : readingOf(column)),
    ...(column.formats && { formats: column.formats }),
    ...(column.values && { values: inverted(column.values) }),
    ...(openEnd && openEnd.length > 0 && { open_end: openEnd }),
    ...(column.open_end?.includes('blank') && { open_blank: true as const }),
    ...(column.decimal === 'comma' && { decimal: 'comma' as const }),
  };
}

function readingOf(reading: ReadingDescription): Reading {
  const [when] = Object.entries(reading.when ?? {});
  return {
    from: (reading.join ?? [reading.from!]).map(inDatabase),
    ...(reading.join && { with: reading.with ?? '' }),
    ...(reading.needs === 'all' && { all: true as const }),
    ...(reading.part && { part: reading.part }),
    ...(reading.day && { day: reading.day }),
    ...(when && { when: [inDatabase(when[0]), when[1].map(foldWord)] as [string, string[]] }),
  };
}

const inDatabase = (header: string) => foldColumn(header, 0);
/** As the macro `is_called` folds: only signs of ASCII go, for databases differ in what else they take for a letter. */
const foldWord = (word: string) => word.toLowerCase().replace(/[\u0001-/:-@[-`{-\u00a0]/g, '');

const inverted = (values: Record<string, string[]>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([value, words]) =>
      words.map((word) => [word.trim().toLowerCase(), value]),
    ),
  );

/** A column that a description speaks of, as the client writes it. */
export interface SourceColumn {
  header: string;
  required: boolean;
}

/** Every column of the file that a feed speaks of, each once, in the order in which they come up. */
export function sourceColumns(feed: FeedDescription): SourceColumn[] {
  const found = new Map<string, SourceColumn>();
  const add = (header: string, required: boolean) => {
    const known = found.get(header);
    if (known) known.required ||= required;
    else found.set(header, { header, required });
  };
  for (const described of Object.values(feed.columns)) {
    const column = spelledOut(described!);
    [column, ...(column.first_of ?? [])].forEach((reading, i) => {
      // Of alternatives, a file needs the first.
      for (const header of reading.join ?? (reading.from ? [reading.from] : []))
        add(header, column.required && i <= 1);
      for (const header of Object.keys(reading.when ?? {})) add(header, false);
    });
  }
  for (const header of Object.keys(feed.unused)) add(header, false);
  return [...found.values()];
}
