import { isUtf8 } from 'node:buffer';

/**
 * How a CSV file's characters are written. `8-bit` stands for UTF-8 and Windows-1252, which agree on all that gives a
 * CSV its structure: files of it are read as Latin-1, one character a byte, and each record is decoded by itself.
 */
export type Encoding = '8-bit' | 'utf-16le' | 'utf-16be';

const startsWith = (head: Buffer, ...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);

/** How much of a file shows whether it is UTF-16 without a mark, in bytes. */
const SAMPLE_BYTES = 64;

/** The encoding by its mark, or by the zeros that UTF-16 puts beside each letter. */
export function sniffEncoding(head: Buffer): { encoding: Encoding; markBytes: number } {
  if (startsWith(head, 0xef, 0xbb, 0xbf)) return { encoding: '8-bit', markBytes: 3 };
  if (startsWith(head, 0xff, 0xfe)) return { encoding: 'utf-16le', markBytes: 2 };
  if (startsWith(head, 0xfe, 0xff)) return { encoding: 'utf-16be', markBytes: 2 };
  const sample = head.subarray(0, Math.min(head.length, SAMPLE_BYTES) & ~1);
  const zeros = (offset: 0 | 1) => sample.filter((byte, i) => i % 2 === offset && byte === 0).length;
  const pairs = sample.length / 2;
  if (pairs >= 4 && zeros(1) > pairs * 0.9 && zeros(0) === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (pairs >= 4 && zeros(0) > pairs * 0.9 && zeros(1) === 0) return { encoding: 'utf-16be', markBytes: 0 };
  return { encoding: '8-bit', markBytes: 0 };
}

/** A file's bytes as text, piece by piece: of 8-bit files, as Latin-1. */
export function pieceDecoder(encoding: Encoding): { piece(bytes: Buffer): string; end(): string } {
  if (encoding === '8-bit') return { piece: (bytes) => bytes.toString('latin1'), end: () => '' };
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return { piece: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

/** What turns a piece of a record that was read as Latin-1 into its characters. */
export type Decode = (piece: string) => string;

const asItIs: Decode = (piece) => piece;

/**
 * How the pieces of this record are decoded: as UTF-8 where all of the record is UTF-8, otherwise as Windows-1252. One
 * record with a byte that is wrong leaves the others as they are.
 */
export function recordDecoder(encoding: Encoding, record: string): Decode {
  if (encoding !== '8-bit' || !/[\x80-\xff]/.test(record)) return asItIs;
  const label = isUtf8(Buffer.from(record, 'latin1')) ? 'utf-8' : 'windows-1252';
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (piece) => decoder.decode(Buffer.from(piece, 'latin1'));
}
