import type { Feed, Feeds } from '../files/feeds.ts';
import type { FileRow } from '../files/ledger.ts';
import { settleLoaded, settleWrong } from '../files/settle.ts';
import { type FeedFile, noRows, openFeedFile } from '../load/feed-file.ts';
import { measureNulls } from '../load/null-shares.ts';
import { FileRejected } from '../load/rejection.ts';
import { BytesChanged } from '../load/source.ts';
import { rejectionOf } from '../load/table-file.ts';
import { describeExportTable, ensureExportTable, hasColumns } from '../load/tables.ts';
import { UnnamedColumn } from '../load/workbook/copy-text.ts';
import type { Client, Pool } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import type { ByteRange, Storage } from '../storage/storage.ts';

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
  let opened: FeedFile | undefined;
  try {
    const feed = loading.feeds.find(file.client, file.file_type);
    if (!feed)
      throw new FileRejected('unknown_feed', `No feed describes ${file.file_type} of ${file.client}.`);
    const source = {
      size: file.size_bytes,
      sha256: file.sha256,
      read: (range?: ByteRange) => loading.storage.read(file.storage_key, range),
    };
    const { maxWorkbookBytes } = loading;
    const load = async (headerOnly: boolean) => {
      await opened?.table.close();
      opened = await openFeedFile(source, feed, loading.feeds, { headerOnly, maxWorkbookBytes });
      return await loadRows(client, file, feed, opened, loading.pool);
    };
    return await load(true).catch(async (error: unknown) => {
      // Nearly no workbook has values where its header has no name: only for one that does all of it is read first.
      if (!(error instanceof UnnamedColumn)) throw error;
      await client.query('rollback');
      return await load(false);
    });
  } catch (error) {
    const wrong = verdict(error);
    if (!wrong) throw error;
    await client.query('rollback');
    await settleWrong(client, file.id, wrong.state, wrong);
    return { state: wrong.state, rows: 0, rejected: 0 };
  } finally {
    await opened?.table.close();
  }
}

async function loadRows(
  client: Client,
  file: FileRow,
  feed: Feed,
  { table, columns, drift }: FeedFile,
  pool: Pool,
): Promise<Outcome> {
  await client.query('begin');
  await faults?.reach('load.begun', file.id);
  const before = await describeExportTable(client, feed);
  // On a connection of its own, so that nobody has to wait for this file's end.
  if (!hasColumns(before, columns)) await ensureExportTable(pool, feed, columns);
  const loaded = await table.load(client, feed, columns, file.id);
  await faults?.reach('load.copied', file.id);
  if (loaded.rows === 0 && loaded.rejected === 0) throw noRows();
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
  const { rows } = loaded;
  const null_shares = await measureNulls(client, feed, columns, { id: file.id, rows, pages: before.pages });
  await settleLoaded(client, file, { ...loaded, columns, drift, null_shares });
  await faults?.reach('load.settled');
  await client.query('commit');
  await faults?.reach('load.committed');
  return { state: 'loaded', rows: loaded.rows, rejected: loaded.rejected };
}

function verdict(
  error: unknown,
): { state: 'rejected' | 'failed'; reason: string; message: string } | undefined {
  if (error instanceof BytesChanged)
    return { state: 'failed', reason: 'bytes_changed', message: `${error.message}.` };
  const rejection = error instanceof FileRejected ? error : rejectionOf(error);
  return rejection && { state: 'rejected', reason: rejection.code, message: rejection.message };
}
