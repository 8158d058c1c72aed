import type { Feed } from '../files/feeds.ts';
import { type Client, identifier } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import { CopyIn } from './copy-in.ts';
import type { Frames } from './csv-frames.ts';
import type { RecordBatch } from './csv-records.ts';
import type { RejectedRecord } from './rejection.ts';
import { exportTableSql } from './tables.ts';

/** Rejected rows are written between two COPYs; so many are held in memory at most. */
const REJECTED_AT_ONCE = 1000;

const copyInto = (feed: Feed, columns: readonly string[]) =>
  `copy ${exportTableSql(feed)} (_file_id, _row_number, ${columns.map(identifier).join(', ')}) from stdin`;

/** How COPY reads records in each format, as RecordFramer writes them. */
const OPTIONS = { text: `format text, null ''`, csv: 'format csv' };

/**
 * Framed records, lineage in front, into a feed's table: one COPY for as long as their format stays the same.
 * @param writing `encoding` as Postgres calls it
 * @returns the rows that Postgres took
 */
export async function copyFrames(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  { delimiter, encoding }: { delimiter: string; encoding: string },
  frames: AsyncIterable<Frames>,
): Promise<number> {
  let copy: CopyIn | undefined;
  let current: Frames['format'] | undefined;
  let taken = 0;
  try {
    for await (const { format, bytes } of frames) {
      if (format !== current) {
        taken += (await copy?.end()) ?? 0;
        const options = `${OPTIONS[format]}, delimiter '${delimiter}', encoding '${encoding}'`;
        copy = CopyIn.start(client, `${copyInto(feed, columns)} (${options})`);
        current = format;
      }
      await copy!.write(bytes);
      await faults?.reach('load.copying');
    }
    return taken + ((await copy?.end()) ?? 0);
  } catch (error) {
    await copy?.fail();
    throw error;
  }
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
  let copy: CopyIn | undefined;
  let rejected: RejectedRecord[] = [];
  let [sent, loaded, rejectedCount] = [0, 0, 0];
  const settle = async () => {
    const taken = (await copy?.end()) ?? 0;
    copy = undefined;
    if (taken !== sent) throw new CountMismatch(sent, taken);
    loaded += taken;
    sent = 0;
    rejectedCount += rejected.length;
    if (rejected.length > 0)
      await client.query(INSERT_REJECTED, [
        fileId,
        rejected.map((row) => row.rowNumber),
        rejected.map((row) => row.reason),
        rejected.map((row) => row.message),
        rejected.map((row) => row.raw),
      ]);
    rejected = [];
  };
  try {
    for await (const batch of batches) {
      for (const record of batch.rejected) rejected.push(record);
      if (batch.rows.length > 0) {
        copy ??= CopyIn.start(client, copyInto(feed, columns));
        sent += batch.rows.length;
        await copy.write(encode(batch.rows, fileId));
      }
      await faults?.reach('load.copying');
      if (rejected.length >= REJECTED_AT_ONCE) await settle();
    }
    await settle();
    return { loaded, rejected: rejectedCount };
  } catch (error) {
    await copy?.fail();
    throw error;
  }
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
