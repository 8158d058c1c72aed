import type { HeaderCell } from '../files/columns.ts';
import type { Feed } from '../files/feeds.ts';
import { DELIMITERS, type Delimiter } from '../files/names.ts';
import { isBlankLine } from './csv-lines.ts';
import type { Dialect } from './csv-records.ts';
import { type Encoding, EncodingCheck, encodingOf, pieceDecoder, recordDecoder } from './encoding.ts';
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

/** What a feed says of its CSV files' writing; what it does not say is recognised. */
export type Writing = Partial<Pick<Feed, 'encoding' | 'delimiter'>>;

/**
 * Reads a CSV file's header from the file's beginning. Where no delimiter is described, the one that makes the most
 * columns of the header is it.
 * @param whole whether `head` is all of the file
 * @throws FileRejected where there is none, or the file is not written as described
 */
export function readCsvHeader(head: Buffer, whole: boolean, writing: Writing = {}): CsvHeader {
  const { encoding, markBytes } = encodingOf(head, writing.encoding);
  const text = pieceDecoder(encoding).piece(head.subarray(markBytes));
  if (text.includes('\0')) throw nulBytes();
  const check = new EncodingCheck(encoding, writing.encoding);
  check.push(head);
  // A character that the beginning cuts off is not yet wrong.
  if (whole || encoding.name !== 'utf-8') check.end();
  const from = firstLine(text);
  if (from === undefined) throw new FileRejected('empty_file', 'The file holds nothing but blank lines.');
  const splits = DELIMITERS.map((delimiter) => ({ delimiter, ...splitRecord(text, from, delimiter) }));
  const best = splits.reduce((one, other) => (other.cells.length > one.cells.length ? other : one));
  const read = splits.find(({ delimiter }) => delimiter === writing.delimiter) ?? best;
  if (read.cells.length === 1 && best.cells.length > 1) throw wrongDelimiter(read.delimiter, best.delimiter);
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
    dataOffset: markBytes + read.next * encoding.unitBytes,
    hasRows: rest.replaceAll(read.delimiter, '').trim() !== '' ? true : whole ? false : undefined,
  };
}

const DELIMITER_NAMES = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'pipes' };

const wrongDelimiter = (described: Delimiter, found: Delimiter) =>
  new FileRejected(
    'wrong_delimiter',
    `The feed's files are delimited by ${DELIMITER_NAMES[described]}, and this one's header by ${DELIMITER_NAMES[found]}. ` +
      'Save it with the right delimiter and send it again, or describe the delimiter in the feed.',
  );

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
