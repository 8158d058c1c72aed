import { wholeNumber } from './cell-tag.ts';
import { isoText, serialText } from './dates.ts';
import { type CellFormat, paddedText } from './number-formats.ts';
import { isPlainDecimal, parseNumber, plainDecimal } from './numbers.ts';
import { TextBytes } from './text-bytes.ts';

/** Days that are remembered as text: a sheet has the same few again and again. */
const MAX_REMEMBERED = 20_000;

/** A number as the shortest plain decimal, or as a format of dates or of zeros shows it. */
export function numberText(value: number, format: CellFormat, date1904: boolean): string {
  if (format === 'plain') return plainDecimal(value);
  if (typeof format === 'string') return serialText(value, format, date1904) ?? plainDecimal(value);
  return Number.isSafeInteger(value) && value >= 0 ? paddedText(value, format) : plainDecimal(value);
}

/** Writes what a cell holds as text, in the way that its type and format say. */
export class CellValues {
  readonly #formats: readonly CellFormat[];
  readonly #date1904: boolean;
  readonly #days = new Map<number, string>();
  readonly #raw = new TextBytes();

  constructor(formats: readonly CellFormat[], date1904: boolean) {
    this.#formats = formats;
    this.#date1904 = date1904;
  }

  /**
   * A number: the shortest plain decimal, or as a date's format or one of zeros shows it. What is no number stays as it is.
   * @param style number of the cell's style
   */
  number(xml: Buffer, start: number, end: number, style: number, into: TextBytes): void {
    const format = this.#formats[style] ?? 'plain';
    const day = format === 'date' ? wholeNumber(xml, start, end) : -1;
    const date = day < 0 ? undefined : this.#day(day);
    if (date !== undefined) into.appendPlain(date);
    else if (format === 'plain' && isPlainDecimal(xml, start, end)) into.appendBytes(xml, start, end);
    else {
      const text = this.#plain(xml, start, end);
      const value = parseNumber(text);
      if (value !== undefined) into.appendPlain(numberText(value, format, this.#date1904));
      else if (text.trim() !== '') into.appendXml(xml, start, end);
    }
  }

  #day(day: number): string | undefined {
    let text = this.#days.get(day);
    if (text !== undefined) return text;
    text = serialText(day, 'date', this.#date1904);
    if (text !== undefined && this.#days.size < MAX_REMEMBERED) this.#days.set(day, text);
    return text;
  }

  /** A cell of the type `d`. */
  isoDate(xml: Buffer, start: number, end: number, into: TextBytes): void {
    const text = isoText(this.#plain(xml, start, end));
    if (text === undefined) into.appendXml(xml, start, end);
    else into.appendPlain(text);
  }

  boolean(xml: Buffer, start: number, end: number, into: TextBytes): void {
    const text = this.#plain(xml, start, end).trim();
    if (text !== '') into.appendPlain(text === '1' || text === 'true' ? 'TRUE' : 'FALSE');
  }

  /** As text, its references resolved. */
  #plain(xml: Buffer, start: number, end: number): string {
    this.#raw.length = 0;
    this.#raw.appendXml(xml, start, end);
    return this.#raw.bytes.toString('latin1', 0, this.#raw.length);
  }
}
