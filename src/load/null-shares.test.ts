import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { useDatabase } from '../../test/setup/use-database.ts';
import type { Feed } from '../files/feeds.ts';
import { transaction } from '../platform/database.ts';
import { measureNulls } from './null-shares.ts';
import { describeExportTable, ensureExportTable } from './tables.ts';

const COLUMNS = ['id', 'email', 'Groß "x"'];
const feed = {
  client: 'client_a',
  file_type: 'claims',
  columns: COLUMNS.map((name) => ({ header: name, name, required: false })),
} as unknown as Feed;
const TABLE = 'export.claims_client_a';

const database = useDatabase();
beforeAll(async () => {
  await ensureExportTable(database.pool, feed, [...COLUMNS, 'extra']);
});

/** Brings a file of so many rows, as a load does, and looks at it. `email` is SQL over n, the number of the row. */
async function load(rows: number, email = `'e' || n`, columns = [...COLUMNS, 'extra']) {
  const id = randomUUID();
  const looked = await transaction(database.pool, async (client) => {
    const { pages } = await describeExportTable(client, feed);
    await client.query(
      `insert into ${TABLE} (_file_id, _row_number, id, email) select $1, n, repeat('x', 400), ${email}
         from generate_series(1, $2::int) n`,
      [id, rows],
    );
    const first = await client.query<{ page: number }>(
      `select min((ctid::text::point)[0])::int as page from ${TABLE} where _file_id = $1`,
      [id],
    );
    const shares = await measureNulls(client, feed, columns, { id, rows, pages });
    return { shares, pages, page: first.rows[0]!.page };
  });
  return { id, ...looked };
}

test('a value that is null, empty, or nothing but white space counts as none', async () => {
  const blank = `(array[null, '', ' ', e'\\t\\r\\n', e'\\u00a0', e'\\u2003\\ufeff', 'x', ' x', '.', 'ß'])[n]`;
  const { shares } = await load(10, blank);
  expect(shares).toEqual({ rows: 10, of: { id: 0, email: 0.6, 'Groß "x"': 1 } });
});

test('columns that the file lacks, or the feed does not describe, are not told', async () => {
  expect((await load(4, 'null', ['email', 'extra'])).shares).toEqual({ rows: 4, of: { email: 1 } });
});

test('of a long file, its first rows are looked at', async () => {
  const { shares } = await load(12_000, 'case when n > 10000 then null else 1 end');
  expect(shares).toMatchObject({ rows: 10_000, of: { email: 0 } });
});

test.each([
  ['far from', 10_000, (pages: number) => [0, pages - 256]],
  ['near', 1000, (pages: number) => [pages - 256, pages - 16]],
])('rows that fill the room of a replaced file, %s the end, are found', async (_, after, where) => {
  await database.pool.query(`truncate ${TABLE}`);
  const replaced = await load(2000);
  await load(after);
  await database.pool.query(`delete from ${TABLE} where _file_id = $1`, [replaced.id]);
  await database.pool.query(`vacuum ${TABLE}`);
  const { shares, pages, page } = await load(20, 'null');
  const [from, to] = where(pages);
  expect(page).toBeGreaterThanOrEqual(from!);
  expect(page).toBeLessThan(to!);
  expect(shares).toMatchObject({ rows: 20, of: { email: 1, id: 0 } });
});
