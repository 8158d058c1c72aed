import { CELL_TYPE, CellTag, wholeNumber } from './cell-tag.ts';
import type { CellValues } from './cell-values.ts';
import {
  asideEnd,
  BANG,
  CUT_OFF,
  characters,
  GREATER,
  LESS,
  localName,
  nameEnd,
  nameNumber,
  QUESTION,
  richText,
  SLASH,
  SPACE,
  tagEnd,
} from './markup.ts';
import { refused } from './refusals.ts';
import { MAX_COLUMNS, Row } from './row.ts';
import type { SharedStrings } from './shared-strings.ts';
import { TextBytes } from './text-bytes.ts';
import { UnitScanner } from './unit-scanner.ts';

/** More cells than the largest month of the largest client by far; a sheet of Excel could have 17 thousand million. */
export const MAX_CELLS = 50_000_000;
/** Excel's last row is the 1,048,576th; other programs have more. */
const MAX_ROW = 100_000_000;

const SHEET_DATA = 'sheetData';
const [ROW, CELL, VALUE, INLINE, EXTENSIONS] = ['row', 'c', 'v', 'is', 'extLst'].map(nameNumber) as [
  number,
  number,
  number,
  number,
  number,
];
const [LETTER_C, LETTER_V] = Buffer.from('cv') as unknown as [number, number];

/** Where the scan is: before the rows, among them, or behind them. */
const [BEFORE, WITHIN, AFTER] = [0, 1, 2] as const;

/**
 * Walks the bytes of a sheet as they are inflated and tells of its rows, one after another. Names are looked at without
 * the prefixes of their namespaces; what is not of rows and cells is passed over.
 */
export class SheetScanner extends UnitScanner {
  /** A text that a cell refers to and that has to be read before `resume`; negative where there is none. */
  wanted = -1;
  readonly row: Row;
  readonly #strings: SharedStrings;
  readonly #values: CellValues;
  /** Told of every row with a value; returns whether more are wanted. */
  readonly #onRow: (row: Row) => boolean;
  readonly #tag = new CellTag();
  readonly #aside = new TextBytes();
  #place: 0 | 1 | 2 = BEFORE;
  #inRow = false;
  #lastRow = 0;
  #lastColumn = -1;
  #cells = 0;
  /** No more rows are wanted. */
  stopped = false;

  constructor(strings: SharedStrings, values: CellValues, onRow: (row: Row) => boolean) {
    super();
    this.row = new Row(strings.table);
    this.#strings = strings;
    this.#values = values;
    this.#onRow = onRow;
  }

  /** @throws FileRejected where the sheet has not come to its end */
  end(): void {
    if (this.#place === WITHIN) throw refused.damaged('its sheet has no end');
  }

  protected override scan(xml: Buffer, end: number): number {
    this.wanted = -1;
    for (let i = 0; ; ) {
      if (this.#place === AFTER || this.stopped) return end;
      while (i < end && xml[i] !== LESS) i++;
      const start = i;
      if (i + 2 >= end) return start;
      const next = xml[i + 1]!;
      if (next === LETTER_C && this.#inRow && (xml[i + 2] === SPACE || xml[i + 2] === GREATER))
        i = this.#cell(xml, i + 2, end);
      else if (next === BANG || next === QUESTION) i = asideEnd(xml, i, end);
      else i = this.#otherTag(xml, i, end);
      if (i === CUT_OFF) return start;
    }
  }

  /** A tag that begins at `start`; of a cell, all of it. @returns what follows it */
  #otherTag(xml: Buffer, start: number, end: number): number {
    const closes = xml[start + 1] === SLASH;
    const from = closes ? start + 2 : start + 1;
    const stop = nameEnd(xml, from, end);
    const greater = stop === CUT_OFF ? CUT_OFF : tagEnd(xml, stop, end);
    if (greater === CUT_OFF) return CUT_OFF;
    const empty = !closes && xml[greater - 1] === SLASH;
    if (this.#place === BEFORE) {
      if (!closes && /(?:^|:)sheetData$/.test(xml.toString('latin1', from, stop)))
        this.#place = empty ? AFTER : WITHIN;
      return greater + 1;
    }
    const name = localName(xml, from, stop);
    if (closes) {
      if (name === ROW) this.#endRow();
      else if (
        stop - from >= SHEET_DATA.length &&
        xml.toString('latin1', stop - SHEET_DATA.length, stop) === SHEET_DATA
      )
        this.#place = AFTER;
      return greater + 1;
    }
    if (name === CELL && this.#inRow) return this.#cell(xml, stop, end);
    if (name === ROW) {
      this.#beginRow(xml, stop, greater);
      if (empty) this.#endRow();
    }
    return greater + 1;
  }

  #beginRow(xml: Buffer, from: number, to: number): void {
    const said = /\sr\s*=\s*["'](\d{1,9})["']/.exec(xml.toString('latin1', from, to));
    const number = said ? Number(said[1]) : this.#lastRow + 1;
    if (this.#inRow || number <= this.#lastRow || number > MAX_ROW)
      throw refused.damaged('its rows are not in order');
    this.row.begin(number);
    this.#lastRow = number;
    this.#lastColumn = -1;
    this.#inRow = true;
  }

  #endRow(): void {
    this.#inRow = false;
    if (this.row.columns.length > 0 && !this.#onRow(this.row)) this.stopped = true;
  }

  /** A cell whose name ends at `i`: its attributes, and what is in it. @returns what follows it */
  #cell(xml: Buffer, i: number, end: number): number {
    const tag = this.#tag;
    i = tag.read(xml, i, end);
    if (i === CUT_OFF || i + 1 >= end) return CUT_OFF;
    if (tag.column < 0) tag.column = this.#lastColumn + 1;
    if (tag.column >= MAX_COLUMNS) throw refused.damaged('a cell stands beyond the last column');
    i = xml[i] === SLASH ? i + 2 : this.#content(xml, i + 1, end);
    if (i === CUT_OFF) return CUT_OFF;
    this.#lastColumn = tag.column;
    if (++this.#cells > MAX_CELLS) throw refused.tooMuch(`${MAX_CELLS.toLocaleString('en')} cells`);
    return i;
  }

  /** What is in a cell, from `i` to its closing tag. @returns what follows that */
  #content(xml: Buffer, i: number, end: number): number {
    for (;;) {
      while (i < end && xml[i] !== LESS) i++;
      if (i + 3 >= end) return CUT_OFF;
      if (xml[i + 1] === LETTER_V && xml[i + 2] === GREATER) {
        i = this.#value(xml, i + 3, end);
        if (i === CUT_OFF) return CUT_OFF;
        continue;
      }
      if (xml[i + 1] === SLASH && xml[i + 2] === LETTER_C && xml[i + 3] === GREATER) return i + 4;
      if (xml[i + 1] === BANG || xml[i + 1] === QUESTION) {
        i = asideEnd(xml, i, end);
        if (i === CUT_OFF) return CUT_OFF;
        continue;
      }
      const closes = xml[i + 1] === SLASH;
      const from = closes ? i + 2 : i + 1;
      const stop = nameEnd(xml, from, end);
      const greater = stop === CUT_OFF ? CUT_OFF : tagEnd(xml, stop, end);
      if (greater === CUT_OFF) return CUT_OFF;
      const name = localName(xml, from, stop);
      i = greater + 1;
      if (closes) {
        if (name === CELL) return i;
      } else if (xml[greater - 1] !== SLASH) {
        if (name === VALUE) i = this.#value(xml, i, end);
        else if (name === INLINE) i = this.#inline(xml, i, end);
        // Nothing of it is of this sheet, whatever its names are.
        else if (name === EXTENSIONS) i = richText(xml, i, end, EXTENSIONS, this.#nothing());
        if (i === CUT_OFF) return CUT_OFF;
      }
    }
  }

  #inline(xml: Buffer, i: number, end: number): number {
    const { text } = this.row;
    const from = text.length;
    const next = richText(xml, i, end, INLINE, text);
    if (next === CUT_OFF) text.length = from;
    else this.row.setText(this.#tag.column, from);
    return next;
  }

  /** The value from `i` to the next tag. @returns where that begins */
  #value(xml: Buffer, i: number, end: number): number {
    const { text } = this.row;
    const { column, style, type } = this.#tag;
    const from = text.length;
    if (type === CELL_TYPE.formulaText || type === CELL_TYPE.error || type === CELL_TYPE.inline) {
      const next = characters(xml, i, end, text);
      if (next === CUT_OFF) text.length = from;
      else this.row.setText(column, from);
      return next;
    }
    let less = i;
    while (less < end && xml[less] !== LESS) less++;
    if (less + 1 >= end) return CUT_OFF;
    let next = less;
    let bytes = xml;
    if (xml[less + 1] !== SLASH) {
      // Comments, or a CDATA section.
      const value = this.#nothing();
      next = characters(xml, i, end, value);
      if (next === CUT_OFF) return CUT_OFF;
      [bytes, i, less] = [value.bytes, 0, value.length];
    }
    if (type === CELL_TYPE.shared) {
      const index = sharedIndex(bytes, i, less);
      if (index >= this.#strings.table.count) {
        this.wanted = index;
        return CUT_OFF;
      }
      if (index >= 0) this.row.setShared(column, index);
      return next;
    }
    if (type === CELL_TYPE.boolean) this.#values.boolean(bytes, i, less, text);
    else if (type === CELL_TYPE.date) this.#values.isoDate(bytes, i, less, text);
    else this.#values.number(bytes, i, less, style, text);
    this.row.setText(column, from);
    return next;
  }

  #nothing(): TextBytes {
    this.#aside.length = 0;
    return this.#aside;
  }
}

/** The number of a shared text, blanks around it; negative where nothing is there. */
function sharedIndex(xml: Buffer, i: number, end: number): number {
  while (i < end && xml[i]! <= SPACE) i++;
  while (end > i && xml[end - 1]! <= SPACE) end--;
  if (i === end) return -1;
  const index = wholeNumber(xml, i, end);
  if (index < 0) throw refused.damaged('a cell refers to a text that is not there');
  return index;
}
