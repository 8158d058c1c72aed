import { checkHeader } from '../files/columns.ts';
import type { Feed, Feeds } from '../files/feeds.ts';
import type { FileRow } from '../files/ledger.ts';
import { settleLoaded, settleWrong } from '../files/settle.ts';
import { FileRejected } from '../load/rejection.ts';
import { BytesChanged, blamesBytes, type Loaded, openTableFile, type TableFile } from '../load/table-file.ts';
import { ensureExportTable } from '../load/tables.ts';
import { type Client, isDatabaseError, type Pool, SqlState } from '../platform/database.ts';
import type { Storage } from '../storage/storage.ts';

export interface Loading {
  pool: Pool;
  storage: Storage;
  feeds: Feeds;
  maxWorkbookBytes: number;
}

export type Outcome = { state: 'loaded' | 'rejected' | 'failed'; rows: number; rejected: number };

/**
 * Loads one claimed file: its rows, its rejected rows and its new state in the ledger in one transaction on `client`.
 * A file that is wrong, or whose stored bytes changed, is settled as such.
 * @throws whatever may heal by itself: a lost connection, a full disk
 */
export async function loadFile(client: Client, file: FileRow, loading: Loading): Promise<Outcome> {
  let table: TableFile | undefined;
  try {
    const feed = loading.feeds.find(file.client, file.file_type);
    if (!feed)
      throw new FileRejected('unknown_feed', `No feed describes ${file.file_type} of ${file.client}.`);
    table = await openTableFile(
      {
        size: file.size_bytes,
        sha256: file.sha256,
        read: (range) => loading.storage.read(file.storage_key, range),
      },
      { headerOnly: false, maxWorkbookBytes: loading.maxWorkbookBytes },
    );
    const header = checkHeader(table.cells, feed, loading.feeds);
    if (!header.fits) throw new FileRejected(header.code, header.message);
    if (table.hasRows === false) throw new FileRejected('no_rows', NO_ROWS);
    await ensureExportTable(loading.pool, feed, header.columns);
    return await loadRows(client, file, feed, table, header);
  } catch (error) {
    const wrong = verdict(error);
    if (!wrong) throw error;
    await client.query('rollback');
    await settleWrong(client, file.id, wrong.state, wrong);
    return { state: wrong.state, rows: 0, rejected: 0 };
  } finally {
    await table?.close();
  }
}

const NO_ROWS = 'The file has a header and no rows.';

async function loadRows(
  client: Client,
  file: FileRow,
  feed: Feed,
  table: TableFile,
  header: Extract<ReturnType<typeof checkHeader>, { fits: true }>,
): Promise<Outcome> {
  await client.query('begin');
  const loaded: Loaded = await table.load(client, feed, header.columns, file.id);
  if (loaded.rows === 0 && loaded.rejected === 0) throw new FileRejected('no_rows', NO_ROWS);
  if (loaded.rows === 0) {
    // Taken as loaded it would, in a snapshot feed, replace a good file by nothing.
    const message = `None of the file's ${loaded.rejected} rows could be read; see its rejected rows.`;
    await settleWrong(client, file.id, 'rejected', {
      reason: 'all_rows_rejected',
      message,
      rejected: loaded.rejected,
    });
    await client.query('commit');
    return { state: 'rejected', rows: 0, rejected: loaded.rejected };
  }
  await settleLoaded(client, file, { ...loaded, columns: header.columns, drift: header.drift });
  await client.query('commit');
  return { state: 'loaded', rows: loaded.rows, rejected: loaded.rejected };
}

function verdict(
  error: unknown,
): { state: 'rejected' | 'failed'; reason: string; message: string } | undefined {
  if (error instanceof FileRejected) return { state: 'rejected', reason: error.code, message: error.message };
  if (error instanceof BytesChanged)
    return { state: 'failed', reason: 'bytes_changed', message: `${error.message}.` };
  if (blamesBytes(error))
    return {
      state: 'rejected',
      reason: 'nul_bytes',
      message: 'The file has characters that are no text, such as NUL.',
    };
  if (isDatabaseError(error) && error.code === SqlState.programLimitExceeded)
    return {
      state: 'rejected',
      reason: 'too_many_columns',
      message: 'A row with all its columns is larger than a table row can be. Send only the feed’s columns.',
    };
  return undefined;
}
