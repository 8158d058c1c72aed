import { edgeDelimiters, isBlankLine } from './csv-lines.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const BACKSLASH = 92;
const DOT = 46;
/** A record is looked at whole; one longer than this goes the tolerant way, in bytes. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const MAX_ROW_DIGITS = 16;

/** The bytes hold something that COPY would refuse or, worse, accept wrongly: the file takes the tolerant way. */
export class OddBytes extends Error {
  override name = 'OddBytes';
}

/**
 * The fast way of a CSV file: passes its records' bytes on as they are, each behind a prefix and its row number, and
 * counts them. It does not parse fields. Whatever COPY would misread in silence — a quote inside a field, a record that
 * is `\.`, a lone CR — ends it with OddBytes.
 */
export class RecordFramer {
  readonly #prefix: Buffer;
  readonly #delimiter: number;
  readonly #width: number;
  #carry: Buffer = Buffer.alloc(0);
  #out: Buffer = Buffer.alloc(0);
  #used = 0;
  /** Records passed on so far: must be what COPY says it took. */
  rows = 0;

  /**
   * @param prefix what precedes the row number in every record, its delimiter included
   * @param width the number of fields of the header
   */
  constructor(prefix: string, delimiter: string, width: number) {
    this.#prefix = Buffer.from(prefix);
    this.#delimiter = delimiter.charCodeAt(0);
    this.#width = width;
  }

  /** Takes a piece of the file and gives all complete records, framed. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    this.#out = Buffer.allocUnsafe(bytes.length + (bytes.length >> 1) + 1024);
    this.#used = 0;
    const end = this.#frame(bytes);
    this.#carry = bytes.subarray(end);
    if (this.#carry.length > MAX_RECORD_BYTES)
      throw new OddBytes('a record is very long, or a quote never ends');
    return this.#out.subarray(0, this.#used);
  }

  /** The last record, where no line end follows it. */
  end(): Buffer {
    if (this.#carry.length === 0) return this.#carry;
    const framed = this.push(Buffer.of(LF));
    if (this.#carry.length > 0) throw new OddBytes('a quote never ends');
    return framed;
  }

  /** Frames the complete records of `bytes`; the offset of the first byte not taken. */
  #frame(bytes: Buffer): number {
    let start = 0;
    let quote = indexOf(bytes, QUOTE, 0);
    let cr = indexOf(bytes, CR, 0);
    for (;;) {
      let end = indexOf(bytes, LF, start);
      if (end === bytes.length) return start;
      if (quote < start) quote = indexOf(bytes, QUOTE, start);
      const quoted = quote < end;
      while (quote < end) {
        if (quote > start && bytes[quote - 1] !== this.#delimiter)
          throw new OddBytes('a quote inside a field');
        const close = closingQuote(bytes, quote);
        // Whether a quote at the very end of the bytes closes the field is told by the byte after it.
        if (close + 1 >= bytes.length) return start;
        const after = bytes[close + 1];
        if (after !== this.#delimiter && after !== LF && !(after === CR && bytes[close + 2] === LF)) {
          if (after === CR && close + 2 >= bytes.length) return start;
          throw new OddBytes('a quoted field goes on after its quote');
        }
        if (close > end) {
          if (this.#maySwallow(bytes, quote + 1, close))
            throw new OddBytes('a quote that may swallow records');
          end = indexOf(bytes, LF, close);
        }
        if (end === bytes.length) return start;
        quote = indexOf(bytes, QUOTE, close + 1);
      }
      if (cr < start) cr = indexOf(bytes, CR, start);
      if (cr < end - 1 && (!quoted || hasLoneCr(bytes, start, end))) throw new OddBytes('a lone CR');
      const next = end + 1;
      if (end > start && bytes[end - 1] === CR) end--;
      if (!this.#isBlank(bytes, start, end)) this.#emit(bytes, start, end);
      start = next;
    }
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

  #emit(bytes: Buffer, start: number, end: number): void {
    if (end - start === 2 && bytes[start] === BACKSLASH && bytes[start + 1] === DOT)
      throw new OddBytes('a record is the end-of-data marker');
    const need = this.#prefix.length + MAX_ROW_DIGITS + 2 + (end - start);
    if (this.#used + need > this.#out.length) {
      const larger = Buffer.allocUnsafe(this.#out.length * 2 + need);
      this.#out.copy(larger, 0, 0, this.#used);
      this.#out = larger;
    }
    const out = this.#out;
    let at = this.#used + this.#prefix.copy(out, this.#used);
    at = writeDecimal(out, at, ++this.rows);
    out[at++] = this.#delimiter;
    at += bytes.copy(out, at, start, end);
    out[at++] = LF;
    this.#used = at;
  }
}

/** The offset of the next such byte, or the length where there is none. */
function indexOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

/** The quote that closes the field opened at `open`, doubled ones passed over; the length where there is none. */
function closingQuote(bytes: Buffer, open: number): number {
  let at = indexOf(bytes, QUOTE, open + 1);
  while (bytes[at + 1] === QUOTE) at = indexOf(bytes, QUOTE, at + 2);
  return at;
}

/** Whether a CR stands outside quotes in the record, but for one right before its LF. */
function hasLoneCr(bytes: Buffer, start: number, end: number): boolean {
  let quoted = false;
  for (let at = start; at < end; at++) {
    if (bytes[at] === QUOTE) quoted = !quoted;
    else if (bytes[at] === CR && !quoted && at !== end - 1) return true;
  }
  return false;
}

function writeDecimal(out: Buffer, at: number, value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  const end = at + digits;
  for (let place = end - 1; place >= at; place--) {
    const rest = Math.floor(value / 10);
    out[place] = 48 + value - rest * 10;
    value = rest;
  }
  return end;
}
