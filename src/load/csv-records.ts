import { edgeDelimiters, isBlankLine } from './csv-lines.ts';
import type { Decode } from './encoding.ts';
import type { RejectedRecord, RowReason } from './rejection.ts';

/** How a CSV file is written: seen from its header. */
export interface Dialect {
  delimiter: string;
  /** What ends a record: LF (a CR before it belongs to it), or a lone CR as well. */
  lineEnd: 'lf' | 'cr';
}

export interface RecordBatch {
  rows: { rowNumber: number; fields: (string | null)[] }[];
  rejected: RejectedRecord[];
}

/** A quoted field may span lines; beyond this many characters its quote is taken for a stray one. */
const MAX_QUOTED_CHARACTERS = 4 * 1024 * 1024;
/** A line longer than this is not a record. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** A quoted field that spans lines: its index in the record, and where its content is. */
interface Span {
  index: number;
  from: number;
  to: number;
}

type Read =
  | { kind: 'record'; fields: (string | null)[]; spans: Span[]; end: number; next: number }
  | { kind: 'bad'; reason: RowReason }
  | { kind: 'more' };

/** From where on a character was looked for, and where it was found. */
const nothingFound = () => ({
  '\n': { from: 0, at: -1 },
  '\r': { from: 0, at: -1 },
  delimiter: { from: 0, at: -1 },
});

/**
 * The tolerant reader: takes text in pieces and gives records. What cannot be parsed is rejected line by line, so that
 * no record merges with another: where a quote is wrong, reading starts again at the next line.
 */
export class RecordReader {
  readonly #dialect: Dialect;
  readonly #width: number;
  readonly #decoder: (record: string) => Decode;
  #text = '';
  /** The number of the last record. */
  rowNumber = 0;
  /** Up to here, CR ends a line also in a file of LF lines. */
  #crUntil = 0;
  /** Where the next of each is, so that text without one is not searched for it again at every record. */
  #found = nothingFound();
  #skippingLine = false;
  #batch: RecordBatch = { rows: [], rejected: [] };

  /**
   * @param width the number of fields of the header
   * @param decoder how a record's pieces become characters, told by the record as it was read
   */
  constructor(dialect: Dialect, width: number, decoder: (record: string) => Decode = () => (piece) => piece) {
    this.#dialect = dialect;
    this.#width = width;
    this.#decoder = decoder;
  }

  push(text: string): RecordBatch {
    this.add(text);
    return this.#drain(false);
  }

  /** What is left after the last piece. */
  end(): RecordBatch {
    return this.#drain(true);
  }

  /** Puts text behind what is kept. @returns the length of both */
  add(text: string): number {
    this.#text += text;
    this.#found = nothingFound();
    return this.#text.length;
  }

  /**
   * Takes the record at a position, and what has to be read together with it.
   * @returns the position of the next one; undefined where more text is needed, and then only what is needed is kept
   */
  takeOne(start: number, final: boolean): number | undefined {
    let position = start;
    do {
      const next = this.#take(position, final);
      if (next === undefined || (this.#skippingLine && !final)) {
        this.drop(next ?? position);
        return undefined;
      }
      position = next;
    } while (position < this.#crUntil);
    return position;
  }

  /** The text from a position on. */
  textFrom(position: number): string {
    return this.#text.slice(position);
  }

  /** Forgets the text before a position. */
  drop(position: number): void {
    this.#text = this.#text.slice(position);
    this.#found = nothingFound();
    this.#crUntil = Math.max(0, this.#crUntil - position);
  }

  /** The records read since the last batch. */
  batch(): RecordBatch {
    const batch = this.#batch;
    this.#batch = { rows: [], rejected: [] };
    return batch;
  }

  #drain(final: boolean): RecordBatch {
    let position = 0;
    while (position < this.#text.length) {
      const next = this.#take(position, final);
      if (next === undefined) break;
      position = next;
    }
    this.drop(position);
    return this.batch();
  }

  /** Takes what starts at `start`; the position after it, or undefined where more text is needed. */
  #take(start: number, final: boolean): number | undefined {
    if (this.#skippingLine) {
      const line = this.#lineAt(start, final);
      if (line === undefined) return this.#text.length;
      this.#skippingLine = false;
      return line.next;
    }
    const line = this.#lineAt(start, final);
    if (line === undefined) {
      if (this.#text.length - start <= MAX_LINE_CHARACTERS) return undefined;
      this.#reject('record_too_long', this.#text.slice(start, start + 1000));
      this.#skippingLine = true;
      return this.#text.length;
    }
    const text = this.#text.slice(start, line.end);
    if (isBlankLine(text, this.#dialect.delimiter)) return line.next;
    if (text === '\\.') {
      this.#reject('end_of_data_marker', text);
      return line.next;
    }
    const read = this.#read(start, line, final);
    if (read.kind === 'more') return undefined;
    if (read.kind === 'bad') {
      this.#reject(read.reason, text);
      return line.next;
    }
    const raw = this.#text.slice(start, read.end);
    if (read.spans.some((span) => this.#swallows(span, read.fields.length))) {
      this.#reject('unterminated_quote', text);
      return line.next;
    }
    if (read.fields.length === this.#width) {
      this.#accept(read.fields, raw);
      return read.next;
    }
    if (this.#dialect.lineEnd === 'lf' && start >= this.#crUntil && /\r(?!\n)/.test(raw)) {
      // Lines ended by a lone CR among lines ended by LF: read this stretch again, line by line.
      this.#crUntil = read.next;
      return start;
    }
    this.#reject(
      read.fields.length < this.#width ? 'too_few_fields' : 'too_many_fields',
      raw,
      read.fields.length,
    );
    return read.next;
  }

  #swallows({ index, from, to }: Span, fields: number): boolean {
    const { first, last } = edgeDelimiters(this.#text.slice(from, to), this.#dialect.delimiter);
    const before = index;
    const after = fields - 1 - index;
    return first === this.#width - 1 - before && last === this.#width - 1 - after;
  }

  #accept(fields: (string | null)[], raw: string): void {
    const decode = this.#decoder(raw);
    this.#batch.rows.push({
      rowNumber: ++this.rowNumber,
      fields: fields.map((field) => (field === null ? null : decode(field))),
    });
  }

  #read(start: number, line: { end: number; next: number }, final: boolean): Read {
    const { delimiter } = this.#dialect;
    const text = this.#text;
    const fields: (string | null)[] = [];
    const spans: Span[] = [];
    let lineEnd = line;
    for (let at = start; ; ) {
      if (text[at] === '"' && at < lineEnd.end) {
        let value = '';
        const open = at + 1;
        let from = open;
        for (;;) {
          const quote = text.indexOf('"', from);
          if (quote < 0 || (quote + 1 >= text.length && !final)) {
            const tooLong = text.length - start > MAX_QUOTED_CHARACTERS;
            if (final || tooLong) return { kind: 'bad', reason: 'unterminated_quote' };
            return { kind: 'more' };
          }
          if (text[quote + 1] === '"') {
            value += text.slice(from, quote + 1);
            from = quote + 2;
            continue;
          }
          value += text.slice(from, quote);
          at = quote + 1;
          break;
        }
        fields.push(value);
        if (at > lineEnd.end) {
          spans.push({ index: fields.length - 1, from: open, to: at - 1 });
          const end = this.#lineAt(at, final);
          if (end === undefined) return { kind: 'more' };
          lineEnd = end;
        }
        if (at < lineEnd.end && text[at] !== delimiter)
          return { kind: 'bad', reason: lineEnd === line ? 'stray_quote' : 'unterminated_quote' };
      } else {
        const end = Math.min(this.#find('delimiter', at), lineEnd.end);
        const value = text.slice(at, end);
        if (value.includes('"'))
          return { kind: 'bad', reason: lineEnd === line ? 'stray_quote' : 'unterminated_quote' };
        fields.push(value === '' ? null : value);
        at = end;
      }
      if (at >= lineEnd.end) return { kind: 'record', fields, spans, end: lineEnd.end, next: lineEnd.next };
      at += 1;
    }
  }

  /** Where the line at `from` ends and where the next one starts; undefined where more text is needed to know. */
  #lineAt(from: number, final: boolean): { end: number; next: number } | undefined {
    const text = this.#text;
    const lf = this.#find('\n', from);
    if (this.#dialect.lineEnd === 'cr' || from < this.#crUntil) {
      const cr = this.#find('\r', from);
      if (cr < lf) {
        if (cr + 1 === text.length && !final) return undefined;
        return { end: cr, next: text[cr + 1] === '\n' ? cr + 2 : cr + 1 };
      }
    }
    if (lf < text.length) return { end: lf > from && text[lf - 1] === '\r' ? lf - 1 : lf, next: lf + 1 };
    if (!final) return undefined;
    const end = text.endsWith('\r') && text.length > from ? text.length - 1 : text.length;
    return { end, next: text.length };
  }

  /** The position of the next of these, or the text's length. */
  #find(what: keyof ReturnType<typeof nothingFound>, from: number): number {
    const found = this.#found[what];
    if (from < found.from || from > found.at) {
      const at = this.#text.indexOf(what === 'delimiter' ? this.#dialect.delimiter : what, from);
      found.from = from;
      found.at = at < 0 ? this.#text.length : at;
    }
    return found.at;
  }

  #reject(reason: RowReason, raw: string, width = 0): void {
    this.#batch.rejected.push({
      rowNumber: ++this.rowNumber,
      reason,
      message: this.#explain(reason, width),
      // In memory of its own: a part of a text would hold on to all of it.
      raw: Buffer.from(this.#decoder(raw)(raw)).toString(),
    });
  }

  #explain(reason: RowReason, width: number): string {
    switch (reason) {
      case 'too_few_fields':
      case 'too_many_fields':
        return `The record has ${width} fields where the header has ${this.#width}.`;
      case 'stray_quote':
        return 'A quote stands inside a field that is not quoted, or after the end of one that is; double it and quote the field.';
      case 'unterminated_quote':
        return 'A field begins with a quote and does not end with one.';
      case 'end_of_data_marker':
        return 'The record is the end-of-data marker \\. and nothing else.';
      case 'record_too_long':
        return `The record is longer than ${MAX_LINE_CHARACTERS} characters; only its beginning is kept here.`;
    }
  }
}
