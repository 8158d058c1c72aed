import type { HeaderCell } from '../files/columns.ts';
import { postgresEncoding } from '../files/encodings.ts';
import type { Feed } from '../files/feeds.ts';
import { FORMATS, type Format } from '../files/names.ts';
import { type Client, isDatabaseError, SqlState } from '../platform/database.ts';
import { copyRecords, copySorted } from './copy.ts';
import type { Frames } from './csv-frames.ts';
import { type CsvHeader, readCsvHeader, type Writing } from './csv-header.ts';
import { type RecordBatch, RecordReader } from './csv-records.ts';
import { type Sorted, TolerantFramer } from './csv-tolerant.ts';
import { type Encoding, EncodingCheck, pieceDecoder, recordDecoder, recordsAsUtf8 } from './encoding.ts';
import { FileRejected, nulBytes } from './rejection.ts';
import { HEAD_BYTES, sniffKind } from './sniff.ts';
import { hashed, type Source } from './source.ts';
import { OldWorkbookFile, WorkbookFile } from './workbook-file.ts';

export interface Loaded {
  rows: number;
  rejected: number;
  path: 'copy' | 'records' | 'workbook';
}

/** A CSV or XLSX file whose header has been read. */
export interface TableFile {
  /** An old workbook, too, is `xlsx`: what one feed takes, it takes from either. */
  format: Format;
  cells: HeaderCell[];
  /** Whether a row follows the header; undefined where that is not known yet. */
  hasRows: boolean | undefined;
  /** Every record after the header, read the tolerant way. */
  records(): AsyncGenerator<RecordBatch>;
  /** Copies every record into the feed's table, within the transaction that is open on `client`. */
  load(client: Client, feed: Feed, columns: readonly string[], fileId: string): Promise<Loaded>;
  close(): Promise<void>;
}

/** What a feed says of its files; what it does not say is recognised. */
export type FileDescription = Writing & Partial<Pick<Feed, 'formats' | 'sheet'>>;

/**
 * Finds out what a file is and reads its header.
 * @throws FileRejected where it is no table, or not one as described
 */
export async function openTableFile(
  source: Source,
  described: FileDescription,
  options: { headerOnly: boolean; maxWorkbookBytes: number },
): Promise<TableFile> {
  const head =
    source.size === 0
      ? Buffer.alloc(0)
      : // A byte more than a small file should have, to see where it has it.
        Buffer.concat(await source.read({ start: 0, end: Math.min(HEAD_BYTES - 1, source.size) }).toArray());
  const kind = sniffKind(head);
  const format = kind === 'xls' ? 'xlsx' : kind;
  const { formats = FORMATS } = described;
  if (!formats.includes(format)) throw wrongFormat(format, formats);
  if (format === 'csv')
    return new CsvFile(source, described, readCsvHeader(head, head.length >= source.size, described), head);
  const { headerOnly, maxWorkbookBytes: maxBytes } = options;
  const { sheet } = described;
  if (kind === 'xls') return OldWorkbookFile.open(source, sheet);
  return WorkbookFile.open(source, { headerOnly, maxBytes, sheet });
}

const wrongFormat = (format: Format, taken: readonly Format[]) => {
  const names = { csv: 'CSV', xlsx: 'XLSX' };
  return new FileRejected(
    'wrong_format',
    `The file is ${names[format]}, and this feed takes ${taken.map((each) => names[each]).join(' or ')} only. ` +
      'Save it so and send it again, or describe the format in the feed.',
  );
};

/** What begins the codes of errors that are the bytes' fault: the tolerant way knows how to deal with them. */
const DATA_EXCEPTION = '22';

class CsvFile implements TableFile {
  readonly format = 'csv';
  readonly cells: HeaderCell[];
  readonly hasRows: boolean | undefined;
  readonly #source: Source;
  readonly #writing: Writing;
  readonly #header: CsvHeader;
  /** All that the storage has of a small file: it is not read twice. */
  readonly #whole: Buffer | undefined;

  constructor(source: Source, writing: Writing, header: CsvHeader, head: Buffer) {
    this.#source = source;
    this.#writing = writing;
    this.#header = header;
    this.#whole = source.size < HEAD_BYTES ? head : undefined;
    this.cells = header.cells;
    this.hasRows = header.hasRows;
  }

  async load(client: Client, feed: Feed, columns: readonly string[], fileId: string): Promise<Loaded> {
    const { name = 'utf-8', unitBytes } = this.#header.encoding;
    const encoding = unitBytes === 2 ? postgresEncoding('utf-8') : postgresEncoding(name);
    if (encoding !== undefined && this.#header.dialect.lineEnd === 'lf') {
      // What COPY makes of a record's width is free; where it refuses one, fields are counted before it.
      for (const counts of [false, true]) {
        await client.query('savepoint fast');
        try {
          return await this.#pass(client, feed, columns, fileId, encoding, counts);
        } catch (error) {
          if (!isDatabaseError(error) || !error.code?.startsWith(DATA_EXCEPTION)) throw error;
          await client.query('rollback to savepoint fast');
          if (error.code !== SqlState.badCopyFileFormat) break;
        }
      }
    }
    const { loaded, rejected } = await copyRecords(client, feed, columns, fileId, this.records());
    return { rows: loaded, rejected, path: 'records' };
  }

  async close(): Promise<void> {}

  /** The fast way: bytes pass through, and only what is odd of them is parsed. */
  async #pass(
    client: Client,
    feed: Feed,
    columns: readonly string[],
    fileId: string,
    encoding: string,
    counts: boolean,
  ): Promise<Loaded> {
    const { dialect } = this.#header;
    const { delimiter } = dialect;
    // One wrong byte changes one record: the others stay what they are.
    const mixed = this.#header.encoding.name === undefined;
    const written = this.#header.encoding.unitBytes === 2 ? UTF8 : this.#header.encoding;
    const framer = new TolerantFramer(fileId + delimiter, dialect, written, this.cells.length, counts);
    const bytes = this.#asciiBytes();
    const pieces = (async function* () {
      const decoded = ({ frames, parsed }: Sorted): Sorted => ({
        frames: mixed ? frames.map(asUtf8) : frames,
        parsed,
      });
      for await (const chunk of bytes) yield decoded(framer.push(chunk));
      yield decoded(framer.end());
    })();
    const { loaded, rejected } = await copySorted(
      client,
      feed,
      columns,
      fileId,
      { delimiter, encoding },
      pieces,
    );
    return { rows: loaded, rejected, path: counts || framer.odd ? 'records' : 'copy' };
  }

  /** The file's bytes after its header, UTF-16 as UTF-8: in what comes out all that gives a CSV its structure is one byte. */
  async *#asciiBytes(): AsyncGenerator<Buffer> {
    const { encoding } = this.#header;
    if (encoding.unitBytes === 1) return yield* this.#dataBytes();
    const pieces = pieceDecoder(encoding);
    for await (const chunk of this.#dataBytes()) yield Buffer.from(pieces.piece(chunk));
    yield Buffer.from(pieces.end());
  }

  /** The file's bytes after its header. */
  async *#dataBytes(): AsyncGenerator<Buffer> {
    let skip = this.#header.dataOffset;
    const check = new EncodingCheck(this.#header.encoding, this.#writing.encoding);
    for await (const chunk of hashed(this.#source, this.#whole && [this.#whole])) {
      check.push(chunk);
      if (chunk.length <= skip) skip -= chunk.length;
      else {
        yield skip > 0 ? chunk.subarray(skip) : chunk;
        skip = 0;
      }
    }
    check.end();
  }

  /** The tolerant way: records are parsed and decoded. */
  async *records(): AsyncGenerator<RecordBatch> {
    const { dialect, encoding } = this.#header;
    const pieces = pieceDecoder(encoding);
    const reader = new RecordReader(dialect, this.cells.length, (record) => recordDecoder(encoding, record));
    const take = (text: string) => {
      if (text.includes('\0')) throw nulBytes();
      return reader.push(text);
    };
    for await (const chunk of this.#dataBytes()) yield take(pieces.piece(chunk));
    yield take(pieces.end());
    yield reader.end();
  }
}

/** What UTF-16 is made to before it is framed. */
const UTF8: Encoding = { name: 'utf-8', unitBytes: 1 };

const asUtf8 = (frames: Frames): Frames => ({
  ...frames,
  bytes: recordsAsUtf8(frames.bytes, frames.format === 'csv'),
});

/** The rejection that a Postgres error of the load stands for, where it blames the file and not the database. */
export function rejectionOf(error: unknown): FileRejected | undefined {
  if (!isDatabaseError(error)) return undefined;
  if (error.code === SqlState.characterNotInRepertoire)
    return new FileRejected('nul_bytes', 'The file has characters that are no text, such as NUL.');
  if (error.code === SqlState.programLimitExceeded)
    return new FileRejected(
      'too_many_columns',
      'A row with all its columns is larger than a table row can be. Send only the feed’s columns.',
    );
  return undefined;
}
