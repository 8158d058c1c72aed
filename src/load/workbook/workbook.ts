import type { HeaderCell } from '../../files/columns.ts';
import type { RecordBatch } from '../csv-records.ts';
import { type Book, readBook } from './book.ts';
import { CellValues } from './cell-values.ts';
import { CopyText } from './copy-text.ts';
import { refused } from './refusals.ts';
import type { Row } from './row.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetScanner } from './sheet-scanner.ts';
import { asUtf8 } from './xml.ts';
import { type Ranges, WorkbookZip } from './zip.ts';

const ROWS_A_BATCH = 2000;
/** So many times what may be unzipped may the rows say, as a text that cells share is stored once. */
const MAX_REPEATED = 4;

export interface WorkbookOptions {
  /** Whether to look for columns no further than the first row after the header. */
  headerOnly: boolean;
  /** That its parts may have together, inflated. */
  maxBytes: number;
  /** The sheet's name; undefined for the first visible one. */
  sheet: string | undefined;
}

/**
 * One sheet of a workbook, read by ranges and as a stream: neither its bytes nor its rows are held, but for the texts that
 * its cells share.
 */
export class Workbook {
  /** Of the columns with a name or a value, in their order. */
  readonly cells: HeaderCell[];
  readonly hasRows: boolean;
  readonly #sheet: OpenSheet;
  readonly #headerRow: number;
  readonly #maxBytes: number;

  private constructor(sheet: OpenSheet, header: Header, maxBytes: number) {
    this.#sheet = sheet;
    this.cells = header.cells;
    this.hasRows = header.hasRows;
    this.#headerRow = header.row;
    this.#maxBytes = maxBytes;
  }

  /** @throws FileRejected where it is no workbook, or not one that can be read */
  static async open(source: Ranges, options: WorkbookOptions): Promise<Workbook> {
    const zip = await WorkbookZip.open(source, options.maxBytes);
    const sheet = new OpenSheet(zip, await readBook(zip, options.sheet));
    try {
      return new Workbook(sheet, await readHeader(sheet, options.headerOnly), options.maxBytes);
    } catch (error) {
      await sheet.close();
      throw error;
    }
  }

  /** Every row after the header, in batches. */
  async *batches(): AsyncGenerator<RecordBatch> {
    const columns = this.#columns();
    let rows: RecordBatch['rows'] = [];
    const scan = this.#sheet.scan((row) => {
      if (row.number > this.#headerRow)
        rows.push({
          rowNumber: row.number - this.#headerRow,
          fields: columns.map((each) => row.value(each)),
        });
      return true;
    });
    for await (const _ of scan) {
      if (rows.length < ROWS_A_BATCH) continue;
      yield { rows, rejected: [] };
      rows = [];
    }
    yield { rows, rejected: [] };
  }

  /**
   * Every row after the header in COPY's text format, file id and row number in front. A piece is written over once the next one is asked for.
   * @returns how many rows they were
   * @throws UnnamedColumn where only the header was looked at, and a row has more
   */
  async *copyText(fileId: string): AsyncGenerator<Buffer, number> {
    const text = new CopyText(fileId, this.#headerRow, this.#columns());
    let bytes = 0;
    const scan = this.#sheet.scan((row) => {
      if (row.number > this.#headerRow) text.add(row);
      return true;
    });
    for await (const _ of scan)
      for (const chunk of text.take()) {
        bytes += chunk.length;
        if (bytes > this.#maxBytes * MAX_REPEATED) throw refused.tooLarge(this.#maxBytes * MAX_REPEATED);
        yield chunk;
        text.giveBack(chunk);
      }
    yield* text.end();
    return text.rows;
  }

  async close(): Promise<void> {
    await this.#sheet.close();
  }

  #columns(): number[] {
    return this.cells.map(({ position }) => position - 1);
  }
}

/** A sheet that can be scanned more than once; the texts that cells share are read once. */
class OpenSheet {
  readonly #zip: WorkbookZip;
  readonly #part: string | undefined;
  readonly #strings: SharedStrings;
  readonly #values: CellValues;

  constructor(zip: WorkbookZip, book: Book) {
    this.#zip = zip;
    this.#part = book.sheet;
    this.#strings = new SharedStrings(book.strings === undefined ? none() : asUtf8(zip.read(book.strings)));
    this.#values = new CellValues(book.formats, book.date1904);
  }

  /**
   * Scans the sheet, from its first row on and piece by piece, until no more rows are wanted.
   * @param onRow is told of every row that holds a value, and says whether more are wanted
   */
  async *scan(onRow: (row: Row) => boolean): AsyncGenerator<void> {
    if (this.#part === undefined) return;
    const scanner = new SheetScanner(this.#strings, this.#values, onRow);
    for await (const piece of asUtf8(this.#zip.read(this.#part))) {
      scanner.push(piece);
      while (scanner.wanted >= 0) {
        await this.#strings.upTo(scanner.wanted);
        scanner.resume();
      }
      yield;
      if (scanner.stopped) return;
    }
    scanner.end();
    await this.#strings.toEnd();
  }

  async close(): Promise<void> {
    await this.#strings.close();
  }
}

async function* none(): AsyncGenerator<Buffer> {}

interface Header {
  cells: HeaderCell[];
  /** Its row in the sheet. */
  row: number;
  hasRows: boolean;
}

/**
 * The header is the first row that is not blank. A value under an empty header cell, or beyond the header, gets a column
 * of its own.
 */
async function readHeader(sheet: OpenSheet, headerOnly: boolean): Promise<Header> {
  const names = new Map<number, string>();
  let headerRow = 0;
  let hasRows = false;
  const scan = sheet.scan((row) => {
    if (headerRow === 0) {
      headerRow = row.number;
      for (const column of row.columns) {
        const name = row.value(column)!;
        if (name.trim() !== '') names.set(column, name);
      }
      return true;
    }
    hasRows = true;
    for (const column of row.columns) if (!names.has(column)) names.set(column, '');
    return !headerOnly;
  });
  for await (const _ of scan);
  if (headerRow === 0) throw refused.empty();
  const columns = [...names.keys()].sort((a, b) => a - b);
  return {
    cells: columns.map((column) => ({ text: names.get(column)!, position: column + 1 })),
    row: headerRow,
    hasRows,
  };
}
