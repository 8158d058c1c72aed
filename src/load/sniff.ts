import type { Format } from '../files/names.ts';
import { FileRejected } from './rejection.ts';

const startsWith = (head: Buffer, ...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);

/** How much of a file's beginning tells what it is, in bytes. */
export const HEAD_BYTES = 1024 * 1024;

/**
 * What the bytes are, whatever the name says.
 * @throws FileRejected where they are neither CSV nor a workbook
 */
export function sniffKind(head: Buffer): Format | 'xls' {
  if (head.length === 0) throw new FileRejected('empty_file', 'The file is empty.');
  // A zip's first part, or the end of an empty one.
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0x50, 0x4b, 0x05, 0x06)) return 'xlsx';
  // A compound file: which of them, its reader tells.
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0)) return 'xls';
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
  return 'csv';
}
