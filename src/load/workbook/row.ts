import { refused } from './refusals.ts';
import type { StringTable } from './shared-strings.ts';
import { TextBytes, unescapeField } from './text-bytes.ts';

/** Columns that a sheet has: A to XFD. */
export const MAX_COLUMNS = 16_384;
/** Some hundred of the longest texts that Excel lets into a cell: 32,767 characters. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;

const NONE = -1;
const SHARED = -2;

/** The cells of one row that hold a value, as COPY's text format has them. */
export class Row {
  /** The row's number in the sheet, 1 for the first. */
  number = 0;
  /** Columns with a value, in the order of the sheet's cells; 0 for the first. */
  readonly columns: number[] = [];
  /** All values together. */
  bytes = 0;
  readonly text = new TextBytes();
  readonly #strings: StringTable;
  /** Where a column's value begins in `text`, or that it is none, or a shared one. */
  readonly #from = new Int32Array(MAX_COLUMNS).fill(NONE);
  /** Where it ends, or the number of the shared one. */
  readonly #to = new Int32Array(MAX_COLUMNS);

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  begin(number: number): void {
    for (const column of this.columns) this.#from[column] = NONE;
    this.columns.length = 0;
    this.text.length = 0;
    this.bytes = 0;
    this.number = number;
  }

  /** The value of a column is what was appended to `text` from `from` on. An empty one is none. */
  setText(column: number, from: number): void {
    const to = this.text.length;
    if (to > from) this.#set(column, from, to, to - from);
  }

  setShared(column: number, index: number): void {
    const length = this.#strings.lengthOf(index);
    if (length > 0) this.#set(column, SHARED, index, length);
  }

  #set(column: number, from: number, to: number, length: number): void {
    if (this.#from[column] === NONE) this.columns.push(column);
    this.#from[column] = from;
    this.#to[column] = to;
    this.bytes += length;
    if (this.bytes > MAX_ROW_BYTES) throw refused.tooMuch('4 MiB in one row');
  }

  has(column: number): boolean {
    return this.#from[column] !== NONE;
  }

  /** Writes a column's value into `out` at `at`, where there is room for it. @returns what follows it */
  copy(column: number, out: Buffer, at: number): number {
    const from = this.#from[column]!;
    const to = this.#to[column]!;
    if (from === SHARED) return this.#strings.copy(to, out, at);
    const { bytes } = this.text;
    for (let i = from; i < to; i++) out[at++] = bytes[i]!;
    return at;
  }

  value(column: number): string | null {
    const from = this.#from[column]!;
    if (from === NONE) return null;
    const to = this.#to[column]!;
    return from === SHARED ? this.#strings.text(to) : unescapeField(this.text.bytes, from, to);
  }
}
