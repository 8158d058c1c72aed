import type { HeaderCell } from '../files/columns.ts';
import type { Dialect } from './csv-records.ts';
import { FileRejected } from './rejection.ts';
import { decodeHead, type Encoding } from './sniff.ts';

export interface CsvHeader {
  cells: HeaderCell[];
  dialect: Dialect;
  encoding: Encoding;
  /** Bytes of the byte order mark. */
  markBytes: number;
  /** Characters of text, after the mark, up to the first record after the header. */
  length: number;
  /** The same in bytes of the file, mark included. */
  dataOffset: number;
  /** Whether the beginning that was read holds anything after the header; undefined where more would have to be read. */
  hasRows: boolean | undefined;
}

/** Delimiters that are recognised; the one that makes the most columns of the header is it, the first where equal. */
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Reads a CSV file's header from the file's beginning.
 * @param whole whether `head` is all of the file
 * @throws FileRejected where there is none
 */
export function readCsvHeader(head: Buffer, whole: boolean): CsvHeader {
  const { text, encoding, markBytes } = decodeHead(head, whole);
  if (text.includes('\0'))
    throw new FileRejected('nul_bytes', 'The file has NUL bytes: it is not text. Send it as CSV or XLSX.');
  const start = /^[\s]*?(?=\S)/.exec(text)?.[0].length;
  if (start === undefined) throw new FileRejected('empty_file', 'The file holds nothing but blank lines.');
  // Blank lines are passed over; blanks at the start of the header's own line belong to it.
  const from = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  const read = DELIMITERS.map((delimiter) => ({ delimiter, ...splitRecord(text, from, delimiter) })).reduce(
    (best, other) => (other.cells.length > best.cells.length ? other : best),
  );
  if (!read.complete && !whole)
    throw new FileRejected(
      'bad_header',
      'The first row does not end: a quote in it is never closed, or it is no header.',
    );
  const length = read.next;
  const bytesOf = encoding.startsWith('utf-16')
    ? length * 2
    : encoding === 'windows-1252'
      ? length
      : Buffer.byteLength(text.slice(0, length));
  const rest = text.slice(length);
  return {
    cells: read.cells.map((cell, i) => ({ text: cell, position: i + 1 })),
    dialect: { delimiter: read.delimiter, lineEnd: read.lineEnd },
    encoding,
    markBytes,
    length,
    dataOffset: markBytes + bytesOf,
    hasRows: rest.replaceAll(read.delimiter, '').trim() !== '' ? true : whole ? false : undefined,
  };
}

function splitRecord(text: string, from: number, delimiter: string) {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[at++];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      const lineEnd: Dialect['lineEnd'] = character === '\r' && text[at + 1] !== '\n' ? 'cr' : 'lf';
      const next = at + (character === '\r' && lineEnd === 'lf' ? 2 : 1);
      return { cells: [...cells, cell], next, lineEnd, complete: true };
    } else cell += character;
  }
  return { cells: [...cells, cell], next: text.length, lineEnd: 'lf' as const, complete: !quoted };
}
