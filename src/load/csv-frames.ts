import { copy, count, indexOf } from './csv-bytes.ts';
import { edgeDelimiters, isBlankLine } from './csv-lines.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const BACKSLASH = 92;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** What stands after a backslash for a line end inside a field (PostgreSQL manual, COPY, "Text Format"). */
const ESCAPED_LF = 'n'.charCodeAt(0);
const ESCAPED_CR = 'r'.charCodeAt(0);
/** A record is looked at whole; one longer than this is odd, in bytes. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Where a quoted field does not close: its end is not here yet, or it is odd. */
const OPEN = -1;
const ODD = -2;

/** Whole records, as COPY reads them in this format. */
export interface Frames {
  format: 'text' | 'csv';
  /** To be used before the framer is given more: then they are written over. */
  bytes: Buffer;
  /** How many records they are: must be what COPY says it took. */
  rows: number;
}

/**
 * Takes over a record that is odd.
 * @returns the offset at which the next record is to be framed; the end where the bytes up to it are taken over as well
 */
export type TakeOdd = (bytes: Buffer, from: number) => number;

/**
 * The fast way of a CSV file: passes its records on, each behind a prefix and its row number, and counts them. It makes no
 * field and no string of them. Whatever COPY would misread in silence — a quote inside a field, a record that is `\.`, a
 * lone CR — is odd, and so, where fields are counted, is what COPY would refuse: a record with another number of them.
 *
 * Postgres spends a sixth less on its text format than on CSV, so records go over in that: without quotes, what they
 * protected behind backslashes. Text has no way to write an empty value beside null; from the first `""` on the records go
 * over as CSV.
 */
export class RecordFramer {
  readonly #delimiter: number;
  readonly #width: number;
  readonly #counts: boolean;
  readonly #odd: TakeOdd;
  /** 1 for each byte that is passed on as it is within quotes. */
  readonly #plainQuoted: Uint8Array;
  /** What stands before the next record: prefix, number, delimiter. The number is counted up in place. */
  #head: Uint8Array;
  readonly #digitsFrom: number;
  #format: Frames['format'] = 'text';
  /** What is looked at, of which the record that is not complete yet stays; and what is made of it. */
  #in: Buffer = Buffer.alloc(0);
  #carried = 0;
  #out: Buffer = Buffer.alloc(0);
  #used = 0;
  /** Where the quoted field that was written last ends. */
  #at = 0;
  /** A record that is not complete at the end of the bytes is odd where it is longer. */
  #longest = MAX_RECORD_BYTES;
  #number = 0;
  #rows = 0;

  /**
   * @param prefix what precedes the row number in every record, its delimiter included
   * @param width the number of fields of the header
   * @param counts whether each record's fields are counted, which takes time that COPY need not be spared
   */
  constructor(prefix: string, delimiter: string, width: number, counts: boolean, odd: TakeOdd) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#width = width;
    this.#counts = counts;
    this.#odd = odd;
    this.#plainQuoted = new Uint8Array(256).fill(1);
    for (const special of [LF, CR, QUOTE, BACKSLASH, this.#delimiter]) this.#plainQuoted[special] = 0;
    this.#head = Buffer.from(`${prefix}1${delimiter}`);
    this.#digitsFrom = Buffer.byteLength(prefix);
  }

  /** The number of the last record, to be set where it was not one of those passed on. */
  get number(): number {
    return this.#number;
  }

  set number(number: number) {
    this.#number = number;
    const prefix = Buffer.from(this.#head.subarray(0, this.#digitsFrom)).toString();
    this.#head = Buffer.from(`${prefix}${number + 1}${String.fromCharCode(this.#delimiter)}`);
  }

  /** Takes a piece of the file and gives all complete records, framed. */
  push(chunk: Buffer): Frames[] {
    const bytes = this.#append(chunk);
    const frames: Frames[] = [];
    this.#used = 0;
    for (let from = 0; ; ) {
      const format = this.#format;
      const before = this.#rows;
      from = this.#frame(bytes, from);
      if (this.#used > 0)
        frames.push({ format, bytes: this.#out.subarray(0, this.#used), rows: this.#rows - before });
      if (format === this.#format) {
        this.#carried = bytes.length - from;
        this.#in.copyWithin(0, from, bytes.length);
        return frames;
      }
      // What was framed as text is not written over by what follows as CSV.
      this.#out = Buffer.alloc(0);
      this.#used = 0;
    }
  }

  /** Takes the last piece, which has to end with a line end. */
  end(chunk: Buffer): Frames[] {
    this.#longest = 0;
    return this.push(chunk);
  }

  /** Puts a piece behind what is carried over. */
  #append(chunk: Buffer): Buffer {
    const length = this.#carried + chunk.length;
    if (length > this.#in.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#in.length * 2));
      this.#in.copy(larger, 0, 0, this.#carried);
      this.#in = larger;
    }
    chunk.copy(this.#in, this.#carried);
    return this.#in.subarray(0, length);
  }

  /**
   * Frames the complete records from an offset on, until one of them needs another format.
   * @returns the offset of the first byte not taken
   */
  #frame(bytes: Buffer, start: number): number {
    const delimiter = this.#delimiter;
    const text = this.#format === 'text';
    const counts = this.#counts;
    const length = bytes.length;
    // The next of each, at or after the byte that is looked at.
    let [lf, quote, cr, backslash] = [-1, -1, -1, -1];
    for (let from = start; ; ) {
      const head = this.#head;
      const out = this.#roomFor(head.length + 1 + 2 * (length - from));
      let at = this.#used;
      for (let i = 0; i < head.length; i++) out[at++] = head[i]!;
      let end = from;
      let fields = 1;
      let odd = false;
      for (;;) {
        if (lf < end) lf = indexOf(bytes, LF, end);
        if (quote < end) quote = indexOf(bytes, QUOTE, end);
        const stop = Math.min(lf, quote);
        if (stop === length) {
          if (length - from <= this.#longest) return from;
          odd = true;
          break;
        }
        if (cr < end) cr = indexOf(bytes, CR, end);
        // A lone CR.
        odd = cr < stop && (cr !== stop - 1 || stop !== lf);
        if (odd) break;
        const plain = cr < stop ? cr : stop;
        if (counts) fields += count(bytes, delimiter, end, plain);
        if (text) {
          if (backslash < end) backslash = indexOf(bytes, BACKSLASH, end);
          for (; backslash < plain; backslash = indexOf(bytes, BACKSLASH, end)) {
            at = copy(bytes, end, backslash, out, at);
            out[at++] = BACKSLASH;
            out[at++] = BACKSLASH;
            end = backslash + 1;
          }
        }
        at = copy(bytes, end, plain, out, at);
        end = plain;
        if (stop === lf) break;
        // A quote inside a field.
        odd = end > from && bytes[end - 1] !== delimiter;
        if (odd) break;
        const close = this.#quoted(bytes, end, out, at);
        // Whether a quote at the very end of the bytes closes the field is told by the byte after it.
        if (close === OPEN && length - from <= this.#longest) return from;
        odd = close < 0;
        if (odd) break;
        if (text && close === end + 1) {
          this.#format = 'csv';
          return from;
        }
        at = this.#at;
        end = close + 1;
      }
      const blank = !odd && this.#isBlank(bytes, from, end);
      if (odd || (!blank && this.#misleads(bytes, from, end, fields))) {
        from = this.#odd(bytes, from);
        // Reading goes on before what was looked at: what was found is not the next there.
        if (from < end) lf = quote = cr = backslash = -1;
        continue;
      }
      if (!blank) {
        out[at++] = LF;
        this.#used = at;
        this.#rows++;
        this.#countUp();
      }
      from = lf + 1;
    }
  }

  /** Whether COPY would take the record for its end-of-data marker or, where fields are counted, refuse it. */
  #misleads(bytes: Buffer, from: number, end: number, fields: number): boolean {
    if (this.#counts && fields !== this.#width) return true;
    return end - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === DOT;
  }

  /**
   * Writes a quoted field; `#at` is where it ends.
   * @returns the offset of the quote that closes it; OPEN where more bytes are needed to know it
   */
  #quoted(bytes: Buffer, open: number, out: Buffer, from: number): number {
    const plain = this.#plainQuoted;
    const text = this.#format === 'text';
    const length = bytes.length;
    let at = from;
    let lines = false;
    let end = open + 1;
    if (!text) out[at++] = QUOTE;
    for (; ; end++) {
      while (end < length && plain[bytes[end]!] === 1) out[at++] = bytes[end++]!;
      if (end + 1 >= length) return OPEN;
      let byte = bytes[end]!;
      if (byte === QUOTE) {
        if (bytes[end + 1] !== QUOTE) break;
        end++;
        if (!text) out[at++] = QUOTE;
      } else {
        if (byte === LF) lines = true;
        if (text) {
          out[at++] = BACKSLASH;
          if (byte === LF) byte = ESCAPED_LF;
          else if (byte === CR) byte = ESCAPED_CR;
        }
      }
      out[at++] = byte;
    }
    if (!text) out[at++] = QUOTE;
    this.#at = at;
    const after = bytes[end + 1];
    if (after !== this.#delimiter && after !== LF && after !== CR) return ODD;
    return lines && this.#maySwallow(bytes, open + 1, end) ? ODD : end;
  }

  #maySwallow(bytes: Buffer, from: number, to: number): boolean {
    const delimiter = String.fromCharCode(this.#delimiter);
    const { first, last } = edgeDelimiters(bytes.toString('latin1', from, to), delimiter);
    return first + last >= this.#width - 1;
  }

  #isBlank(bytes: Buffer, start: number, end: number): boolean {
    if (start === end) return true;
    const first = bytes[start];
    if (first !== this.#delimiter && first !== SPACE && first !== TAB) return false;
    return isBlankLine(bytes.toString('latin1', start, end), String.fromCharCode(this.#delimiter));
  }

  /** The buffer to write to, with so much room behind what is used. */
  #roomFor(need: number): Buffer {
    if (this.#used + need > this.#out.length) {
      const larger = Buffer.allocUnsafe(this.#out.length * 2 + need);
      this.#out.copy(larger, 0, 0, this.#used);
      this.#out = larger;
    }
    return this.#out;
  }

  #countUp(): void {
    const head = this.#head;
    this.#number++;
    for (let place = head.length - 2; place >= this.#digitsFrom; place--) {
      if (head[place] !== NINE) {
        head[place]!++;
        return;
      }
      head[place] = ZERO;
    }
    // All were nines: one digit more.
    this.number = this.#number;
  }
}
