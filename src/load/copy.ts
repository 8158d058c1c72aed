import type { Feed } from '../files/feeds.ts';
import { type Client, identifier } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import { CopyIn } from './copy-in.ts';
import type { RecordBatch } from './csv-records.ts';
import type { Sorted } from './csv-tolerant.ts';
import type { RejectedRecord } from './rejection.ts';
import { exportTableSql } from './tables.ts';

/** Rejected rows are written between two COPYs; so many are held in memory at most. */
const REJECTED_AT_ONCE = 1000;

const copyInto = (feed: Feed, columns: readonly string[]) =>
  `copy ${exportTableSql(feed)} (_file_id, _row_number, ${columns.map(identifier).join(', ')}) from stdin`;

/** How COPY reads records in each format, as RecordFramer writes them. */
const OPTIONS = { text: `format text, null ''`, csv: 'format csv' };

/** What went where: the rows that Postgres took, which are those sent, and the records rejected. */
export interface Copied {
  loaded: number;
  rejected: number;
}

const COPY_REJECTED = 'copy ingest.rejected_row (file_id, row_number, reason, message, raw) from stdin';

/** One COPY into a feed's table after the other, and rejected rows into `ingest.rejected_row` between them. */
class Copies {
  readonly #client: Client;
  readonly #into: string;
  readonly #fileId: string;
  #copy: CopyIn | undefined;
  /** How the COPY that is open reads what it is given. */
  #options = '';
  #sent = 0;
  #rejected: RejectedRecord[] = [];
  readonly #copied: Copied = { loaded: 0, rejected: 0 };

  constructor(client: Client, into: string, fileId: string) {
    this.#client = client;
    this.#into = into;
    this.#fileId = fileId;
  }

  /** @param options of COPY, in brackets; with other ones than before another COPY begins */
  async write(bytes: Buffer, rows: number, options = ''): Promise<void> {
    if (options !== this.#options) await this.#settle();
    this.#copy ??= CopyIn.start(this.#client, `${this.#into} ${options}`);
    this.#options = options;
    this.#sent += rows;
    await this.#copy.write(bytes);
  }

  /** What was parsed: its rows, and those rejected. */
  async take({ rows, rejected }: RecordBatch): Promise<void> {
    for (const record of rejected) this.#rejected.push(record);
    if (rows.length > 0) await this.write(encode(rows, this.#fileId), rows.length);
    if (this.#rejected.length >= REJECTED_AT_ONCE) await this.#settle();
  }

  /** Takes every piece as `take` says. Where one fails, the COPY that is open ends. */
  async all<T>(pieces: AsyncIterable<T>, take: (piece: T) => Promise<void>): Promise<Copied> {
    try {
      for await (const piece of pieces) {
        await take(piece);
        await faults?.reach('load.copying');
      }
      await this.#settle();
      return this.#copied;
    } catch (error) {
      await this.#copy?.fail();
      throw error;
    }
  }

  async #settle(): Promise<void> {
    const taken = (await this.#copy?.end()) ?? 0;
    this.#copy = undefined;
    if (taken !== this.#sent) throw new CountMismatch(this.#sent, taken);
    this.#copied.loaded += taken;
    this.#sent = 0;
    const rejected = this.#rejected;
    if (rejected.length === 0) return;
    this.#rejected = [];
    this.#copied.rejected += rejected.length;
    const rows = rejected.map(({ rowNumber, reason, message, raw }) => ({
      rowNumber,
      fields: [reason, message, raw],
    }));
    this.#copy = CopyIn.start(this.#client, COPY_REJECTED);
    await this.#copy.write(encode(rows, this.#fileId));
    const kept = await this.#copy.end();
    this.#copy = undefined;
    if (kept !== rejected.length) throw new CountMismatch(rejected.length, kept);
  }
}

/**
 * Framed records, lineage in front, into a feed's table, and those that had to be parsed: one COPY for as long as their
 * format stays the same.
 * @param writing `encoding` as Postgres calls it
 */
export async function copySorted(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  fileId: string,
  { delimiter, encoding }: { delimiter: string; encoding: string },
  pieces: AsyncIterable<Sorted>,
): Promise<Copied> {
  const copies = new Copies(client, copyInto(feed, columns), fileId);
  return copies.all(pieces, async ({ frames, parsed }) => {
    for (const { format, bytes, rows } of frames)
      await copies.write(
        bytes,
        rows,
        `(${OPTIONS[format]}, delimiter '${delimiter}', encoding '${encoding}')`,
      );
    await copies.take(parsed);
  });
}

/**
 * Rows in COPY's text format, lineage in front, into a feed's table.
 * @returns the rows that Postgres took
 */
export async function copyText(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  bytes: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = CopyIn.start(client, copyInto(feed, columns));
  try {
    for await (const piece of bytes) {
      await copy.write(piece);
      await faults?.reach('load.copying');
    }
    return await copy.end();
  } catch (error) {
    await copy.fail();
    throw error;
  }
}

/** Parsed records into a feed's table, rejected ones into `ingest.rejected_row`. */
export async function copyRecords(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  fileId: string,
  batches: AsyncIterable<RecordBatch>,
): Promise<Copied> {
  const copies = new Copies(client, copyInto(feed, columns), fileId);
  return copies.all(batches, (batch) => copies.take(batch));
}

/** Postgres took another number of rows than were sent: nothing of it may be committed. */
export class CountMismatch extends Error {
  override name = 'CountMismatch';

  constructor(sent: number, taken: number) {
    super(`${sent} rows were sent and Postgres took ${taken}`);
  }
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Rows in COPY's text format (PostgreSQL manual, COPY, "Text Format"). */
function encode(rows: RecordBatch['rows'], fileId: string): Buffer {
  let text = '';
  for (const { rowNumber, fields } of rows) {
    text += `${fileId}\t${rowNumber}`;
    for (const field of fields) {
      if (field === null) text += '\t\\N';
      else
        text += `\t${/[\\\n\r\t]/.test(field) ? field.replace(/[\\\n\r\t]/g, (found) => ESCAPES[found]!) : field}`;
    }
    text += '\n';
  }
  return Buffer.from(text);
}
