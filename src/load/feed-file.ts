import { checkHeader, type HeaderDrift } from '../files/columns.ts';
import type { Feed, Feeds } from '../files/feeds.ts';
import { FileRejected } from './rejection.ts';
import type { Source } from './source.ts';
import { openTableFile, type TableFile } from './table-file.ts';

/** A table file whose header fits its feed. */
export interface FeedFile {
  table: TableFile;
  /** Database names of the file's columns, in their order. */
  columns: string[];
  drift: HeaderDrift;
}

/**
 * Opens a file and holds its header against its feed: as it is taken in, and again before it is loaded.
 * @throws FileRejected where it is no table or not as described, its columns are not the feed's, or it surely has no rows; it is closed then
 */
export async function openFeedFile(
  source: Source,
  feed: Feed,
  feeds: Feeds,
  options: { headerOnly: boolean; maxWorkbookBytes: number },
): Promise<FeedFile> {
  const table = await openTableFile(source, feed, options);
  try {
    const header = checkHeader(table.cells, feed, feeds);
    if (!header.fits) throw new FileRejected(header.code, header.message);
    if (table.hasRows === false) throw noRows();
    return { table, columns: header.columns, drift: header.drift };
  } catch (error) {
    await table.close();
    throw error;
  }
}

export const noRows = () => new FileRejected('no_rows', 'The file has a header and no rows.');
