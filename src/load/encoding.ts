import { isAscii, isUtf8 } from 'node:buffer';
import { type EncodingName, foldEncoding } from '../files/encodings.ts';
import { count } from './csv-bytes.ts';
import { FileRejected } from './rejection.ts';

/**
 * How a CSV file's characters are written. Where a byte is the unit, all that gives a CSV its structure is ASCII: such
 * a file is read as Latin-1, one character a byte, and each record is decoded by itself.
 */
export interface Encoding {
  /** Undefined where nothing is described: UTF-8 and Windows-1252, told apart record by record. */
  name: EncodingName | undefined;
  unitBytes: 1 | 2;
}

const MARKS: [name: EncodingName, ...bytes: number[]][] = [
  ['utf-8', 0xef, 0xbb, 0xbf],
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
];

const LF = 10;
const QUOTE = 34;
/** How much of a file shows whether it is UTF-16 without a mark, in bytes. */
const SAMPLE_BYTES = 64;

const isUtf16 = (name: EncodingName | undefined) => name === 'utf-16le' || name === 'utf-16be';

/**
 * A file's encoding: by its mark, which is believed before the feed; as the feed describes it; or by the zeros that
 * UTF-16 puts beside each letter.
 * @param label as the feed has it; undefined where it describes none
 * @throws FileRejected where UTF-16 is described and the file is something else, or the reverse
 */
export function encodingOf(head: Buffer, label?: string): { encoding: Encoding; markBytes: number } {
  const described = label === undefined ? undefined : foldEncoding(label);
  const is = (name: EncodingName | undefined, markBytes = 0) => ({
    encoding: { name, unitBytes: isUtf16(name) ? 2 : 1 } as const,
    markBytes,
  });
  for (const [name, ...mark] of MARKS)
    if (mark.every((byte, i) => head[i] === byte))
      return is(isUtf16(name) || described ? name : undefined, mark.length);
  const seen = utf16ByZeros(head);
  if (isUtf16(described)) {
    if (!head.includes(0)) throw wrongEncoding(label!);
    return is(seen ?? described);
  }
  if (seen && described) throw wrongEncoding(label!, 'UTF-16');
  return is(seen ?? described);
}

function utf16ByZeros(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const sample = head.subarray(0, Math.min(head.length, SAMPLE_BYTES) & ~1);
  const zeros = (offset: 0 | 1) => sample.filter((byte, i) => i % 2 === offset && byte === 0).length;
  const pairs = sample.length / 2;
  if (pairs >= 4 && zeros(1) > pairs * 0.9 && zeros(0) === 0) return 'utf-16le';
  if (pairs >= 4 && zeros(0) > pairs * 0.9 && zeros(1) === 0) return 'utf-16be';
  return undefined;
}

/** A file's bytes as text, piece by piece: where a byte is the unit, as Latin-1. */
export function pieceDecoder({ name, unitBytes }: Encoding): { piece(bytes: Buffer): string; end(): string } {
  if (unitBytes === 1) return { piece: (bytes) => bytes.toString('latin1'), end: () => '' };
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  return { piece: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/** What turns a piece of a record that was read as Latin-1 into its characters. */
export type Decode = (piece: string) => string;

const asItIs: Decode = (piece) => piece;

/**
 * How the pieces of this record are decoded. Where the feed describes nothing: as UTF-8 where all of the record is
 * UTF-8, otherwise as Windows-1252. One record with a byte that is wrong leaves the others as they are.
 */
export function recordDecoder({ name, unitBytes }: Encoding, record: string): Decode {
  if (unitBytes === 2 || !/[\x80-\xff]/.test(record)) return asItIs;
  const label = name ?? (isUtf8(Buffer.from(record, 'latin1')) ? 'utf-8' : 'windows-1252');
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (piece) => decoder.decode(Buffer.from(piece, 'latin1'));
}

/**
 * Framed records, where the feed describes no encoding: those that are not UTF-8 are decoded as `recordDecoder` does.
 * @param quoted whether line ends within quotes belong to a record, as in COPY's CSV
 */
export function recordsAsUtf8(records: Buffer, quoted: boolean): Buffer {
  if (isUtf8(records)) return records;
  const decoder = new TextDecoder('windows-1252', { ignoreBOM: true });
  const decoded: Buffer[] = [];
  for (let from = 0; from < records.length; ) {
    let next = from;
    let quotes = 0;
    // A line end behind an odd number of quotes stands within them.
    do {
      const line = next;
      next = records.indexOf(LF, line) + 1 || records.length;
      if (quoted) quotes += count(records, QUOTE, line, next);
    } while (quotes % 2 === 1 && next < records.length);
    const record = records.subarray(from, next);
    decoded.push(isUtf8(record) ? record : Buffer.from(decoder.decode(record)));
    from = next;
  }
  return Buffer.concat(decoded);
}

/** Holds a file's bytes, piece by piece, against the 8-bit encoding that its feed describes. */
export class EncodingCheck {
  readonly #label: string | undefined;
  readonly #name: EncodingName | undefined;
  #utf8 = true;
  #ascii = true;
  /** The beginning of a UTF-8 character whose other bytes are in the next piece. */
  #cut: Buffer = Buffer.alloc(0);

  constructor({ name, unitBytes }: Encoding, label: string | undefined) {
    this.#label = label;
    // What is not described is not held against anything; UTF-16 is known by its zeros.
    this.#name = label === undefined || unitBytes === 2 ? undefined : name;
  }

  /** @throws FileRejected where UTF-8 is described and these bytes are not */
  push(piece: Buffer): void {
    if (this.#name === undefined || !this.#utf8 || (this.#cut.length === 0 && isAscii(piece))) return;
    this.#ascii = false;
    const bytes = this.#cut.length > 0 ? Buffer.concat([this.#cut, piece]) : piece;
    const whole = wholeCharacters(bytes);
    this.#cut = Buffer.from(bytes.subarray(whole));
    this.#see(bytes.subarray(0, whole));
  }

  /** @throws FileRejected where another encoding is described and all is UTF-8, which is no accident */
  end(): void {
    this.#see(this.#cut);
    if (this.#name !== undefined && this.#name !== 'utf-8' && this.#utf8 && !this.#ascii)
      throw wrongEncoding(this.#label!, 'UTF-8');
  }

  #see(bytes: Buffer): void {
    this.#utf8 &&= isUtf8(bytes);
    if (!this.#utf8 && this.#name === 'utf-8') throw wrongEncoding(this.#label!);
  }
}

/** How many bytes surely hold only whole UTF-8 characters, if it is UTF-8. */
function wholeCharacters(bytes: Buffer): number {
  const LONGEST = 4;
  for (let at = bytes.length - 1; at >= 0 && at > bytes.length - LONGEST; at--) {
    if (bytes[at]! >= 0xc0) return at;
    if (bytes[at]! < 0x80) return at + 1;
  }
  return bytes.length;
}

function wrongEncoding(label: string, is?: string): FileRejected {
  return new FileRejected(
    'wrong_encoding',
    `The feed's encoding is ${label}, and the file ${is ? `is written in ${is}` : 'has bytes that are no such text'}. ` +
      `Save it as ${label} and send it again, or describe its encoding in the feed.`,
  );
}
