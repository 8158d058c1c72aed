import { isUtf8 } from 'node:buffer';
import type { Format } from '../files/names.ts';
import { FileRejected } from './rejection.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const startsWith = (head: Buffer, ...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);

/** How much of a file's beginning tells what it is, in bytes. */
export const HEAD_BYTES = 1024 * 1024;

/**
 * What the bytes are, whatever the name says.
 * @throws FileRejected where they are neither CSV nor XLSX
 */
export function sniffFormat(head: Buffer): Format {
  if (head.length === 0) throw new FileRejected('empty_file', 'The file is empty.');
  if (startsWith(head, 0x50, 0x4b)) return 'xlsx';
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0))
    throw new FileRejected(
      'encrypted_workbook',
      'The workbook is protected by a password, or is an old .xls file. Save it as .xlsx without a password.',
    );
  const binary = [
    ['a PDF', 0x25, 0x50, 0x44, 0x46],
    ['a gzip archive', 0x1f, 0x8b],
    ['an image', 0x89, 0x50, 0x4e, 0x47],
    ['an image', 0xff, 0xd8, 0xff],
    ['an image', 0x47, 0x49, 0x46, 0x38],
    ['a 7z archive', 0x37, 0x7a, 0xbc, 0xaf],
    ['an rpm, deb or ar archive', 0x21, 0x3c, 0x61, 0x72],
    ['a program', 0x7f, 0x45, 0x4c, 0x46],
  ] as const;
  for (const [what, ...magic] of binary)
    if (startsWith(head, ...magic))
      throw new FileRejected('not_a_table', `The file is ${what}, not CSV or XLSX.`);
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(head.toString('latin1', 0, 200)))
    throw new FileRejected('not_a_table', 'The file is HTML or XML, not CSV or XLSX.');
  const { encoding } = sniffEncoding(head);
  if (encoding === 'utf-8' && head.includes(0))
    throw new FileRejected('nul_bytes', 'The file has NUL bytes: it is not text. Send it as CSV or XLSX.');
  return 'csv';
}

/** The encoding by its mark, or by the zeros of UTF-16 without one; UTF-8 is a guess to be proven by all of the bytes. */
export function sniffEncoding(head: Buffer): { encoding: Encoding; markBytes: number } {
  if (startsWith(head, 0xef, 0xbb, 0xbf)) return { encoding: 'utf-8', markBytes: 3 };
  if (startsWith(head, 0xff, 0xfe)) return { encoding: 'utf-16le', markBytes: 2 };
  if (startsWith(head, 0xfe, 0xff)) return { encoding: 'utf-16be', markBytes: 2 };
  const sample = head.subarray(0, Math.min(head.length, 64) & ~1);
  const zeros = (offset: 0 | 1) => {
    let count = 0;
    for (let i = offset; i < sample.length; i += 2) if (sample[i] === 0) count++;
    return count / (sample.length / 2);
  };
  if (sample.length >= 8) {
    if (zeros(1) > 0.9 && zeros(0) === 0) return { encoding: 'utf-16le', markBytes: 0 };
    if (zeros(0) > 0.9 && zeros(1) === 0) return { encoding: 'utf-16be', markBytes: 0 };
  }
  return { encoding: 'utf-8', markBytes: 0 };
}

/**
 * Text of a file's beginning. Bytes that are not UTF-8 are taken as Windows-1252, as Excel writes CSV.
 * @param whole whether `head` is all of the file: otherwise a character cut at its end is no error
 */
export function decodeHead(
  head: Buffer,
  whole: boolean,
): { text: string; encoding: Encoding; markBytes: number } {
  let { encoding, markBytes } = sniffEncoding(head);
  if (encoding === 'utf-8' && !isUtf8(whole ? head : completeCharacters(head))) encoding = 'windows-1252';
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(head.subarray(markBytes), {
    stream: !whole,
  });
  return { text, encoding, markBytes };
}

/** `bytes` without a character that is cut off at their end. */
function completeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (length > back) end = bytes.length - back;
      break;
    }
  }
  return bytes.subarray(0, end);
}
