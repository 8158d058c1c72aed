import { APOSTROPHE, CUT_OFF, EQUALS, GREATER, QUOTE, SLASH, SPACE } from './markup.ts';
import { refused } from './refusals.ts';
import { MAX_COLUMNS } from './row.ts';

const letter = (text: string) => text.charCodeAt(0);
const [REFERENCE, STYLE, TYPE] = [letter('r'), letter('s'), letter('t')];

/** Types of cells by their first letter; a formula's text (`str`) has a capital one (ECMA-376, 18.18.11). */
export const CELL_TYPE = {
  boolean: letter('b'),
  date: letter('d'),
  error: letter('e'),
  inline: letter('i'),
  number: letter('n'),
  shared: letter('s'),
  formulaText: letter('S'),
} as const;

/** What the attributes of a cell say. */
export class CellTag {
  /** 0 for the first; negative where it is not said, as the cell then follows the one before it. */
  column = -1;
  style = 0;
  type: number = CELL_TYPE.number;

  /**
   * Reads attributes from the end of the cell's name on.
   * @returns where the `>` or `/` is that ends them
   */
  read(xml: Buffer, i: number, end: number): number {
    this.column = -1;
    this.style = 0;
    this.type = CELL_TYPE.number;
    for (;;) {
      while (i < end && xml[i]! <= SPACE) i++;
      if (i >= end) return CUT_OFF;
      if (xml[i] === GREATER || xml[i] === SLASH) return i;
      const name = i;
      while (i < end && xml[i] !== EQUALS && xml[i]! > SPACE && xml[i] !== GREATER) i++;
      const oneLetter = i === name + 1;
      while (i < end && (xml[i]! <= SPACE || xml[i] === EQUALS)) i++;
      if (i >= end) return CUT_OFF;
      const quote = xml[i]!;
      if (quote !== QUOTE && quote !== APOSTROPHE) throw refused.damaged('a cell of it is no XML');
      const value = ++i;
      while (i < end && xml[i] !== quote) i++;
      if (i >= end) return CUT_OFF;
      if (oneLetter) {
        if (xml[name] === REFERENCE) this.column = columnOf(xml, value, i);
        else if (xml[name] === STYLE) this.style = Math.max(0, wholeNumber(xml, value, i));
        else if (xml[name] === TYPE) {
          const first = xml[value]!;
          this.type = first === CELL_TYPE.shared && i > value + 1 ? CELL_TYPE.formulaText : first;
        }
      }
      i++;
    }
  }
}

/** The column of a reference such as `AB12`, 0 for the first; negative where it names none. */
function columnOf(xml: Uint8Array, i: number, end: number): number {
  let column = 0;
  for (; i < end; i++) {
    const place = (xml[i]! | 0x20) - 0x60;
    if (place < 1 || place > 26) break;
    column = Math.min(column * 26 + place, MAX_COLUMNS + 1);
  }
  return column - 1;
}

/** A whole number below a thousand million, of digits alone; negative where it is another. */
export function wholeNumber(xml: Uint8Array, i: number, end: number): number {
  if (i === end || end - i > 9) return -1;
  let number = 0;
  for (; i < end; i++) {
    const digit = xml[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
