import type { NullShares } from '../files/drift.ts';
import type { Feed } from '../files/feeds.ts';
import { type Client, identifier, prepared } from '../platform/database.ts';
import { exportTableSql } from './tables.ts';

/** So many rows tell a column that is empty from one that is not; they take some twenty milliseconds. */
const ROWS = 10_000;
/** New rows may fill up the last pages of the table, and those that another load had added for itself: 2 MiB of them … */
const PAGES_BEFORE_END = 256;
/** … but those of a small file hardly lie further from the end than this, and there is less to look through. */
const FEW_PAGES = 16;
const FEW_ROWS = 1000;
/** White space as the cleaning in dbt takes it, no-break and invisible spaces among it. */
const NOT_BLANK = String.raw`[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]`;

/**
 * How much of a file's first rows says nothing, for each of the feed's columns that the file has, within the transaction
 * that brought them. A blank text is no value.
 *
 * An index by file would find them, at a third of the time that COPY takes. New rows lie at the table's end, so that is
 * where they are looked for; where they fill the room that replaced files have left, the whole table is.
 * @param file.rows how many rows were loaded
 * @param file.pages how many pages the table had before
 */
export async function measureNulls(
  client: Client,
  feed: Feed,
  columns: readonly string[],
  file: { id: string; rows: number; pages: number },
): Promise<NullShares> {
  const known = columns.filter((name) => feed.columns.some((column) => column.name === name));
  // The first character is nearly always visible, and then nothing else needs to be looked at.
  const filled = known.map((name) => {
    const column = identifier(name);
    return `count(*) filter (where case when ascii(${column}) between 33 and 126 then true else ${column} ~ $3 end)`;
  });
  const LOOK = prepared(
    `select count(*) as rows, array[${filled.join(', ')}]::float8[] as filled
       from (select * from ${exportTableSql(feed)} where _file_id = $1 and ctid >= $2::tid limit ${ROWS}) first`,
  );
  const look = async (page: number) => {
    const found = await client.query<{ rows: number; filled: number[] }>(
      LOOK([file.id, `(${Math.max(0, page)},0)`, NOT_BLANK]),
    );
    return found.rows[0]!;
  };
  const isAll = ({ rows }: { rows: number }) => rows >= Math.min(file.rows, ROWS);
  let seen = await look(file.pages - (file.rows <= FEW_ROWS ? FEW_PAGES : PAGES_BEFORE_END));
  if (!isAll(seen) && file.rows <= FEW_ROWS) seen = await look(file.pages - PAGES_BEFORE_END);
  if (!isAll(seen)) seen = await look(0);
  const share = (count: number) => Math.round((1 - count / seen.rows) * 10_000) / 10_000;
  return { rows: seen.rows, of: Object.fromEntries(known.map((name, i) => [name, share(seen.filled[i]!)])) };
}
