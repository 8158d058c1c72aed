import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Feed } from '../files/feeds.ts';
import { type Client, identifier } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import type { RecordBatch } from './csv-records.ts';
import type { RejectedRecord } from './rejection.ts';
import { exportTableSql } from './tables.ts';

const CHUNK_BYTES = 256 * 1024;
/** Rejected rows are written between two COPYs; so many are held in memory at most. */
const REJECTED_AT_ONCE = 1000;

/**
 * Bytes of CSV records, lineage in front, into a feed's table.
 * @param writing `encoding` as Postgres calls it
 * @returns the rows that Postgres took
 */
export async function copyCsv(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  { delimiter, encoding }: { delimiter: string; encoding: string },
  bytes: AsyncIterable<Buffer>,
): Promise<number> {
  const stream = client.query(
    copyFrom(`${copyInto(feed, columns)} (format csv, delimiter '${delimiter}', encoding '${encoding}')`, {
      highWaterMark: CHUNK_BYTES,
    }),
  );
  await pipeline(faults ? stopping(bytes) : bytes, stream);
  return stream.rowCount;
}

/** Stands still for the fault suite once Postgres has the first bytes. */
async function* stopping(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    yield piece;
    await faults?.reach('load.copying');
  }
}

const copyInto = (feed: Feed, columns: readonly string[]) =>
  `copy ${exportTableSql(feed)} (_file_id, _row_number, ${columns.map(identifier).join(', ')}) from stdin`;

const INSERT_REJECTED = `
  insert into ingest.rejected_row (file_id, row_number, reason, message, raw)
  select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])`;

/**
 * Parsed records into a feed's table, rejected ones into `ingest.rejected_row`.
 * @returns the rows that Postgres took, which are those sent, and the records rejected
 */
export async function copyRecords(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  fileId: string,
  batches: AsyncIterable<RecordBatch>,
): Promise<{ loaded: number; rejected: number }> {
  const iterator = batches[Symbol.asyncIterator]();
  let loaded = 0;
  let rejectedCount = 0;
  for (let done = false; !done; ) {
    const rejected: RejectedRecord[] = [];
    let sent = 0;
    const stream = client.query(copyFrom(copyInto(feed, columns), { highWaterMark: CHUNK_BYTES }));
    await pipeline(async function* () {
      while (rejected.length < REJECTED_AT_ONCE) {
        const next = await iterator.next();
        if (next.done) {
          done = true;
          return;
        }
        for (const record of next.value.rejected) rejected.push(record);
        sent += next.value.rows.length;
        if (next.value.rows.length > 0) yield encode(next.value.rows, fileId);
        await faults?.reach('load.copying');
      }
    }, stream);
    if (stream.rowCount !== sent) throw new CountMismatch(sent, stream.rowCount);
    loaded += sent;
    rejectedCount += rejected.length;
    if (rejected.length > 0)
      await client.query(INSERT_REJECTED, [
        fileId,
        rejected.map((row) => row.rowNumber),
        rejected.map((row) => row.reason),
        rejected.map((row) => row.message),
        rejected.map((row) => row.raw),
      ]);
  }
  return { loaded, rejected: rejectedCount };
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
