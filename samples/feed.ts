import type { Claim } from './claim.ts';
import type { Person } from './person.ts';
import type { Random } from './random.ts';
import type { Column, FileType, Kind, Row } from './row.ts';
import type { CsvWriting } from './sample-file.ts';

/** How one client writes one file type: its columns, and its way of putting a person or a claim into rows. */
export interface Feed<Subject> {
  client: string;
  fileType: FileType;
  /** In the client's order, headers to the letter. */
  columns: readonly Column[];
  /** Headers of the key: without one of them a row has none. */
  key: readonly string[];
  /** How the client writes a day as text. */
  day(iso: string): string;
  /** Amounts like `1.234,50`. */
  decimal?: 'comma';
  rows(subject: Subject, context: Context): Row[];
}

export interface Context {
  /** `2023-07` */
  period: string;
  random: Random;
}

export interface Client {
  registration: Feed<Person>;
  claims: Feed<Claim>;
  /** How its CSV files are written where it is another way than lines of commas in UTF-8. */
  csv?: CsvWriting;
}

/** `['zip', 'zip_code', 'zip']`: header, column of the marts (same name if left out), kind (text if left out). */
export function columns(...list: [header: string, column?: string, kind?: Kind][]): Column[] {
  return list.map(([header, column = header, kind = 'text']) => ({ header, column, kind }));
}

export const headerOf = (feed: { columns: readonly Column[] }): string[] =>
  feed.columns.map((column) => column.header);
