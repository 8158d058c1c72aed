import { asText, type Cell } from './cell.ts';

export type FileType = 'patient_registration' | 'claims';

/** Why cleaning nulls a value, as `flag.rule` names it. */
export type Rule =
  | 'invalid_state'
  | 'invalid_zip'
  | 'invalid_date'
  | 'birth_date_out_of_range'
  | 'invalid_sex'
  | 'invalid_phone'
  | 'invalid_email'
  | 'invalid_amount';

/** Why a record cannot be parsed, as `rejected_row.reason` names it. */
export type Damage =
  | 'too_few_fields'
  | 'too_many_fields'
  | 'stray_quote'
  | 'unterminated_quote'
  | 'end_of_data_marker';

/** A cell together with what it means: the generator knows, because it wrote it. */
export interface Field {
  cell: Cell;
  /** Column of the marts → value after cleaning. Amounts with two decimals, dates as ISO, nothing as null. */
  means: Record<string, string | null>;
  /** Set where the raw value is bad and becomes null. */
  rule?: Rule;
  /** Set where the value was planted: the manifest names what must come out of it. */
  planted?: true;
}

export interface Row {
  /** By header. A header of the file without a field is a blank cell. */
  fields: Record<string, Field>;
  /** The record as it is written instead, and why it must be rejected. */
  damage?: { reason: Damage; text: string };
  /** A blank line, or a wholly blank row, stands before this one. */
  gapBefore?: 'blank' | 'delimiters';
}

/** What a column holds: decides which bad values are planted in it. */
export type Kind =
  | 'text'
  | 'name'
  | 'state'
  | 'zip'
  | 'date'
  | 'birth_date'
  | 'month'
  | 'sex'
  | 'phone'
  | 'email'
  | 'amount';

export interface Column {
  header: string;
  /** Name in the marts. */
  column: string;
  kind: Kind;
}

/** A value's field where the marts keep one column of it. */
export const field = (column: string, cell: Cell, value: string | null): Field => ({
  cell,
  means: { [column]: value === '' ? null : value },
});

/** What a row means in one column of the marts; null where it says nothing. */
export function meaning(row: Row, column: string): string | null {
  for (const each of Object.values(row.fields)) {
    if (column in each.means) return each.means[column] ?? null;
  }
  return null;
}

/** Rows with the same content have the same text. */
export function contentOf(row: Row, header: readonly string[]): string {
  return JSON.stringify(header.map((name) => (row.fields[name] ? asText(row.fields[name].cell) : '')));
}
