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
/** A record is looked at whole; one longer than this goes the tolerant way, in bytes. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** The bytes hold something that COPY would refuse or, worse, accept wrongly: the file takes the tolerant way. */
export class OddBytes extends Error {
  override name = 'OddBytes';
}

/** Whole records, as COPY reads them in this format. */
export interface Frames {
  format: 'text' | 'csv';
  /** To be used before the framer is given more: then they are written over. */
  bytes: Buffer;
}

/**
 * The fast way of a CSV file: passes its records on, each behind a prefix and its row number, and counts them. It makes no
 * field and no string of them. Whatever COPY would misread in silence — a quote inside a field, a record that is `\.`, a
 * lone CR — ends it with OddBytes.
 *
 * Postgres spends a sixth less on its text format than on CSV, so records go over in that: without quotes, what they
 * protected behind backslashes. Text has no way to write an empty value beside null; from the first `""` on the records go
 * over as CSV.
 */
export class RecordFramer {
  readonly #delimiter: number;
  readonly #width: number;
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
  /** Records passed on so far: must be what COPY says it took. */
  rows = 0;

  /**
   * @param prefix what precedes the row number in every record, its delimiter included
   * @param width the number of fields of the header
   */
  constructor(prefix: string, delimiter: string, width: number) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#width = width;
    this.#plainQuoted = new Uint8Array(256).fill(1);
    for (const special of [LF, CR, QUOTE, BACKSLASH, this.#delimiter]) this.#plainQuoted[special] = 0;
    this.#head = Buffer.from(`${prefix}1${delimiter}`);
    this.#digitsFrom = Buffer.byteLength(prefix);
  }

  /** Takes a piece of the file and gives all complete records, framed. */
  push(chunk: Buffer): Frames[] {
    const bytes = this.#append(chunk);
    const frames: Frames[] = [];
    this.#used = 0;
    for (let from = 0; ; ) {
      const format = this.#format;
      from = this.#frame(bytes, from);
      if (this.#used > 0) frames.push({ format, bytes: this.#out.subarray(0, this.#used) });
      if (format === this.#format) {
        this.#carried = bytes.length - from;
        if (this.#carried > MAX_RECORD_BYTES)
          throw new OddBytes('a record is very long, or a quote never ends');
        this.#in.copyWithin(0, from, bytes.length);
        return frames;
      }
      // What was framed as text is not written over by what follows as CSV.
      this.#out = Buffer.alloc(0);
      this.#used = 0;
    }
  }

  /** The last record, where no line end follows it. */
  end(): Frames[] {
    if (this.#carried === 0) return [];
    const frames = this.push(Buffer.of(LF));
    if (this.#carried > 0) throw new OddBytes('a quote never ends');
    return frames;
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
    const length = bytes.length;
    // The next of each, at or after the byte that is looked at.
    let [lf, quote, cr, backslash] = [-1, -1, -1, -1];
    for (let from = start; ; ) {
      const head = this.#head;
      const out = this.#roomFor(head.length + 1 + 2 * (length - from));
      let at = this.#used;
      for (let i = 0; i < head.length; i++) out[at++] = head[i]!;
      let end = from;
      for (;;) {
        if (lf < end) lf = indexOf(bytes, LF, end);
        if (quote < end) quote = indexOf(bytes, QUOTE, end);
        const stop = Math.min(lf, quote);
        if (stop === length) return from;
        if (cr < end) cr = indexOf(bytes, CR, end);
        if (cr < stop && (cr !== stop - 1 || stop !== lf)) throw new OddBytes('a lone CR');
        const plain = cr < stop ? cr : stop;
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
        if (end > from && bytes[end - 1] !== delimiter) throw new OddBytes('a quote inside a field');
        const close = this.#quoted(bytes, end, out, at);
        // Whether a quote at the very end of the bytes closes the field is told by the byte after it.
        if (close < 0) return from;
        if (text && close === end + 1) {
          this.#format = 'csv';
          return from;
        }
        at = this.#at;
        const after = bytes[close + 1];
        if (after !== delimiter && after !== LF && after !== CR)
          throw new OddBytes('a quoted field goes on after its quote');
        end = close + 1;
      }
      const next = lf + 1;
      if (!this.#isBlank(bytes, from, end)) {
        if (end - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === DOT)
          throw new OddBytes('a record is the end-of-data marker');
        out[at++] = LF;
        this.#used = at;
        this.rows++;
        this.#countUp();
      }
      from = next;
    }
  }

  /**
   * Writes a quoted field; `#at` is where it ends.
   * @returns the offset of the quote that closes it, or -1 where more bytes are needed to know it
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
      if (end + 1 >= length) return -1;
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
    if (lines && this.#maySwallow(bytes, open + 1, end))
      throw new OddBytes('a quote that may swallow records');
    this.#at = at;
    return end;
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
    for (let place = head.length - 2; place >= this.#digitsFrom; place--) {
      if (head[place] !== NINE) {
        head[place]!++;
        return;
      }
      head[place] = ZERO;
    }
    // All were nines: one digit more.
    const prefix = Buffer.from(head.subarray(0, this.#digitsFrom)).toString();
    this.#head = Buffer.from(`${prefix}${this.rows + 1}${String.fromCharCode(this.#delimiter)}`);
  }
}

/** The offset of the next such byte, or the length where there is none. */
function indexOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

/** Below so many bytes a loop is quicker than a call out of the compiled code. */
const SHORT = 24;

/** Copies bytes. @returns where they end in `out` */
function copy(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  if (to - from >= SHORT) return at + bytes.copy(out, at, from, to);
  for (let i = from; i < to; i++) out[at++] = bytes[i]!;
  return at;
}
