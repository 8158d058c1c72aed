import type { HeaderCell } from '../files/columns.ts';
import { isBlankLine } from './csv-lines.ts';
import type { Dialect } from './csv-records.ts';
import { type Encoding, pieceDecoder, recordDecoder, sniffEncoding } from './encoding.ts';
import { FileRejected, nulBytes } from './rejection.ts';

export interface CsvHeader {
  cells: HeaderCell[];
  dialect: Dialect;
  encoding: Encoding;
  /** Offset in the file of the first byte after the header. */
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
  const { encoding, markBytes } = sniffEncoding(head);
  const text = pieceDecoder(encoding).piece(head.subarray(markBytes));
  if (text.includes('\0')) throw nulBytes();
  const from = firstLine(text);
  if (from === undefined) throw new FileRejected('empty_file', 'The file holds nothing but blank lines.');
  const read = DELIMITERS.map((delimiter) => ({ delimiter, ...splitRecord(text, from, delimiter) })).reduce(
    (best, other) => (other.cells.length > best.cells.length ? other : best),
  );
  if (read.broken)
    throw new FileRejected(
      'bad_header',
      'A quote in the first row is not closed, or text follows a closing quote: the header cannot be read.',
    );
  const decode = recordDecoder(encoding, text.slice(from, read.next));
  const rest = text.slice(read.next);
  return {
    cells: read.cells.map((cell, i) => ({ text: decode(cell), position: i + 1 })),
    dialect: { delimiter: read.delimiter, lineEnd: read.lineEnd },
    encoding,
    dataOffset: markBytes + read.next * (encoding === '8-bit' ? 1 : 2),
    hasRows: rest.replaceAll(read.delimiter, '').trim() !== '' ? true : whole ? false : undefined,
  };
}

/** Where the first line starts that is not blank, whatever the delimiter; undefined where all are. */
function firstLine(text: string): number | undefined {
  for (const line of text.matchAll(/[^\r\n]+/g))
    if (!DELIMITERS.some((delimiter) => isBlankLine(line[0], delimiter))) return line.index;
  return undefined;
}

function splitRecord(text: string, from: number, delimiter: string) {
  const cells: string[] = [];
  let cell = '';
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (state === 'quoted') {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[at++];
      else state = 'closed';
    } else if (character === delimiter) {
      cells.push(cell);
      cell = '';
      state = 'start';
    } else if (character === '\n' || character === '\r') {
      const lineEnd: Dialect['lineEnd'] = character === '\r' && text[at + 1] !== '\n' ? 'cr' : 'lf';
      const next = at + (character === '\r' && lineEnd === 'lf' ? 2 : 1);
      return { cells: [...cells, cell], next, lineEnd, broken: false };
    } else if (state === 'closed') break;
    else if (state === 'start' && character === '"') state = 'quoted';
    else {
      cell += character;
      state = 'plain';
    }
  }
  // Without a line end, it is a header only where the file ends here too.
  return {
    cells: [...cells, cell],
    next: text.length,
    lineEnd: 'lf' as const,
    broken: state === 'quoted' || state === 'closed',
  };
}
