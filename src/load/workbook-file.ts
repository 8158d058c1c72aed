import { buffer } from 'node:stream/consumers';
import type { HeaderCell } from '../files/columns.ts';
import type { Feed } from '../files/feeds.ts';
import type { Client } from '../platform/database.ts';
import { CountMismatch, copyRecords, copyText } from './copy.ts';
import type { RecordBatch } from './csv-records.ts';
import { MAX_OLD_WORKBOOK_BYTES, type OldWorkbook, readOldWorkbook } from './old-workbook/old-workbook.ts';
import { FileRejected } from './rejection.ts';
import { hashed, type Source } from './source.ts';
import type { Loaded, TableFile } from './table-file.ts';
import { refused } from './workbook/refusals.ts';
import { Workbook, type WorkbookOptions } from './workbook/workbook.ts';

export class WorkbookFile implements TableFile {
  readonly format = 'xlsx';
  readonly cells: HeaderCell[];
  readonly hasRows: boolean;
  readonly #source: Source;
  readonly #workbook: Workbook;

  private constructor(source: Source, workbook: Workbook) {
    this.#source = source;
    this.#workbook = workbook;
    this.cells = workbook.cells;
    this.hasRows = workbook.hasRows;
  }

  static async open(source: Source, options: WorkbookOptions): Promise<WorkbookFile> {
    return new WorkbookFile(source, await blaming(source, Workbook.open(source, options)));
  }

  async load(client: Client, feed: Feed, columns: readonly string[], fileId: string): Promise<Loaded> {
    const text = this.#workbook.copyText(fileId);
    let rows = 0;
    const bytes = (async function* () {
      rows = yield* text;
    })();
    const taken = await blaming(this.#source, copyText(client, feed, columns, bytes));
    if (taken !== rows) throw new CountMismatch(rows, taken);
    await checkHash(this.#source);
    return { rows, rejected: 0, path: 'workbook' };
  }

  records(): AsyncGenerator<RecordBatch> {
    return this.#workbook.batches();
  }

  close(): Promise<void> {
    return this.#workbook.close();
  }
}

const ROWS_A_BATCH = 2000;

/** A workbook of before 2007, `.xls`: it is small, and held. */
export class OldWorkbookFile implements TableFile {
  readonly format = 'xlsx';
  readonly cells: HeaderCell[];
  readonly hasRows: boolean;
  readonly #rows: OldWorkbook['rows'];

  private constructor({ cells, rows }: OldWorkbook) {
    this.cells = cells;
    this.hasRows = rows.length > 0;
    this.#rows = rows;
  }

  static async open(source: Source, sheet: string | undefined): Promise<OldWorkbookFile> {
    if (source.size > MAX_OLD_WORKBOOK_BYTES) throw refused.oldTooLarge(MAX_OLD_WORKBOOK_BYTES);
    const bytes = await buffer(hashed(source));
    return new OldWorkbookFile(await readOldWorkbook({ bytes, sheet }));
  }

  async load(client: Client, feed: Feed, columns: readonly string[], fileId: string): Promise<Loaded> {
    const { loaded, rejected } = await copyRecords(client, feed, columns, fileId, this.records());
    return { rows: loaded, rejected, path: 'workbook' };
  }

  async *records(): AsyncGenerator<RecordBatch> {
    for (let from = 0; from < this.#rows.length; from += ROWS_A_BATCH)
      yield { rows: this.#rows.slice(from, from + ROWS_A_BATCH), rejected: [] };
  }

  async close(): Promise<void> {}
}

/** Parts of a workbook are read in any order, so that its bytes are hashed by themselves. */
async function checkHash(source: Source): Promise<void> {
  if (source.sha256 === undefined) return;
  for await (const _ of hashed(source));
}

/** What is wrong with a file is its sender's fault only where the bytes are those that were sent. */
async function blaming<T>(source: Source, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FileRejected) await checkHash(source);
    throw error;
  }
}
