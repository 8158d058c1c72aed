import { FileRejected } from './rejection.ts';

/** More cells than the largest month of the largest client by far; a sheet of Excel could have 17 thousand million. */
export const MAX_CELLS = 50_000_000;
/** Texts of a workbook that cells refer to: a reader has to hold all of them. */
export const MAX_STRINGS = 10_000_000;

const tooMany = (what: string, limit: number) =>
  new FileRejected(
    'workbook_too_large',
    `The workbook has more than ${limit.toLocaleString('en')} ${what}. Send it as CSV, or in parts.`,
  );

/** The elements of a part that are counted, by the part's name. */
const COUNTED: { part: RegExp; element: string; what: string; limit: number }[] = [
  { part: /^xl\/worksheets\/[^/]+\.xml$/i, element: 'c', what: 'cells', limit: MAX_CELLS },
  { part: /^xl\/sharedstrings\.xml$/i, element: 'si', what: 'texts', limit: MAX_STRINGS },
];

/** Cells and texts of a workbook, counted over all its parts while they are inflated. */
export class WorkbookCounts {
  readonly #counts = new Map<string, number>();

  /**
   * A counter for one part.
   * @returns undefined where nothing of it is counted; `push` throws FileRejected once there are too many
   */
  of(part: string): { push(chunk: Buffer): void } | undefined {
    const counted = COUNTED.find((each) => each.part.test(part));
    if (!counted) return undefined;
    const { element, what, limit } = counted;
    const counter = new ElementCounter(element);
    return {
      push: (chunk) => {
        const count = (this.#counts.get(what) ?? 0) + counter.push(chunk);
        if (count > limit) throw tooMany(what, limit);
        this.#counts.set(what, count);
      },
    };
  }
}

const [LESS, GREATER, SLASH, COLON, SPACE] = Buffer.from('<>/: ') as unknown as number[];

/**
 * Counts the beginnings of one element in XML that comes in pieces, whatever prefix its namespace has. It looks at bytes:
 * names of workbooks' elements are ASCII, and zeros are passed over, so that UTF-16 counts as well.
 */
export class ElementCounter {
  readonly #name: number;
  /** The name so far as a number; negative outside of a name. */
  #read = -1;

  /** @param name of at most three letters */
  constructor(name: string) {
    this.#name = Buffer.from(name).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** @returns how many elements begin in this piece, or end their name in it */
  push(chunk: Buffer): number {
    let count = 0;
    let read = this.#read;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === LESS) read = 0;
      else if (read < 0 || byte === 0) continue;
      else if (byte <= SPACE! || byte === GREATER || byte === SLASH) {
        if (read === this.#name) count++;
        read = -1;
      } else if (byte === COLON) read = 0;
      // Longer than any name that is looked for: it stays another one.
      else if (read <= 0xffffff) read = read * 256 + byte;
    }
    this.#read = read;
    return count;
  }
}
