import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import XLSX from 'xlsx';
import { useDatabase } from '../../test/setup/use-database.ts';
import { ENCODINGS, postgresEncoding } from '../files/encodings.ts';
import { type Feed, Feeds } from '../files/feeds.ts';
import { acceptFile } from '../files/ledger.ts';
import { FORMATS } from '../files/names.ts';
import { transaction } from '../platform/database.ts';
import { RecordReader } from './csv-records.ts';
import { openFeedFile } from './feed-file.ts';
import type { FileDescription } from './table-file.ts';
import { ensureExportTable } from './tables.ts';

const database = useDatabase();

const COLUMNS = ['Nr', 'Name', 'Straße', 'Betrag'];
const column = (header: string) => ({ header, name: header.toLowerCase(), required: true });

/** Rejected rows need their file's row in the ledger. @returns its id */
async function acceptedFile({ client, file_type, delivery }: Feed): Promise<string> {
  const id = randomUUID();
  await acceptFile(database.pool, {
    id,
    client,
    file_type,
    period: '2023-07',
    delivery,
    name: 'x.csv',
    format: 'csv',
    size_bytes: 1,
    sha256: id.replaceAll('-', '').repeat(2),
    storage_key: id,
    columns: [],
    drift: { added: [], missing: [] },
  });
  return id;
}

/** Loads a file of such a feed as the consumer does. @returns how it went, and the rows in export */
async function load(bytes: Buffer, described: FileDescription, headers = COLUMNS, headerOnly = false) {
  const feed: Feed = {
    client: 'client_x',
    file_type: 'claims',
    delivery: 'incremental',
    expected: undefined,
    formats: FORMATS,
    encoding: undefined,
    delimiter: undefined,
    sheet: undefined,
    key: ['claim_id'],
    columns: headers.map(column),
    mappings: [],
    ...described,
  };
  const source = {
    size: bytes.length,
    read: (range?: { start: number; end?: number }) =>
      Readable.from([bytes.subarray(range?.start, range?.end && range.end + 1)]),
  };
  const { table, columns } = await openFeedFile(source, feed, new Feeds([feed]), {
    headerOnly,
    maxWorkbookBytes: 10_000_000,
  });
  try {
    await ensureExportTable(database.pool, feed, columns);
    const id = await acceptedFile(feed);
    const loaded = await transaction(database.pool, (client) => table.load(client, feed, columns, id));
    const found = await database.pool.query({
      text: `select _row_number::int, ${columns.map((name) => `"${name}"`).join(', ')}
               from export.claims_client_x where _file_id = $1 order by 1`,
      values: [id],
      rowMode: 'array',
    });
    return { ...loaded, content: found.rows };
  } finally {
    await table.close();
  }
}

/** What a European administrator's system writes: semicolons, CRLF, and both inside of quotes. */
const ROWS = [
  'A1;Jürgen Groß;"Hafenstraße 7; Hinterhaus";1.234,50',
  'A2;"Zoë ""Zo"" Müller";"Am Markt 1\r\nAufgang B; links";-45,00',
  'A3;;"";0,99',
];
const CONTENT = [
  [1, 'A1', 'Jürgen Groß', 'Hafenstraße 7; Hinterhaus', '1.234,50'],
  [2, 'A2', 'Zoë "Zo" Müller', 'Am Markt 1\r\nAufgang B; links', '-45,00'],
  [3, 'A3', null, '', '0,99'],
];
const file = (...rows: string[]) => `${[COLUMNS.join(';'), ...rows].join('\r\n')}\r\n`;
const EUROPEAN = { formats: ['csv'], encoding: 'ISO-8859-1', delimiter: ';' } as const;

describe('a CSV as its feed describes it', () => {
  test('ISO-8859-1 with semicolons passes through', async () => {
    const loaded = await load(Buffer.from(file(...ROWS), 'latin1'), EUROPEAN);
    expect(loaded).toEqual({ rows: 3, rejected: 0, path: 'copy', content: CONTENT });
  });

  test('and loses only the records that are broken', async () => {
    const broken = ['A;7" Rohr;x;1', '\\.', 'A;zu;wenig', 'A;"x"y;zu;viel;e'];
    const bytes = Buffer.from(file(...ROWS, ...broken, 'B;Ende;\\.;1'), 'latin1');
    const loaded = await load(bytes, EUROPEAN);
    expect(loaded).toEqual({
      rows: 4,
      rejected: 4,
      path: 'records',
      content: [...CONTENT, [8, 'B', 'Ende', '\\.', '1']],
    });
    const { rows } = await database.pool.query('select raw from ingest.rejected_row where row_number = 4');
    expect(rows).toContainEqual({ raw: broken[0] });
  });

  test.each([
    ['tabs', '\t'],
    ['pipes', '|'],
  ] as const)('%s, also inside of quotes', async (_, delimiter) => {
    const text = file(...ROWS).replaceAll(';', delimiter);
    const content = CONTENT.map((row) =>
      row.map((value) => (typeof value === 'string' ? value.replaceAll(';', delimiter) : value)),
    );
    for (const [extra, path] of [
      ['', 'copy'],
      ['ragged\r\n', 'records'],
    ])
      expect(await load(Buffer.from(text + extra), { encoding: 'UTF-8', delimiter })).toMatchObject({
        content,
        path,
      });
  });

  test.each([
    ['little', (bytes: Buffer) => bytes],
    ['big', (bytes: Buffer) => bytes.swap16()],
  ])('UTF-16, %s end first, passes through as well', async (_, written) => {
    const described = { encoding: 'UTF-16', delimiter: ';' } as const;
    const bytes = (...more: string[]) => written(Buffer.from(`\ufeff${file(...ROWS, ...more)}`, 'utf16le'));
    const loaded = await load(bytes('🏥;東京;;1'), described);
    const content = [...CONTENT, [4, '🏥', '東京', null, '1']];
    expect(loaded).toEqual({ rows: 4, rejected: 0, path: 'copy', content });
    expect(await load(bytes('ragged'), described)).toMatchObject({ path: 'records', content: CONTENT });
  });

  test.each(['€', '""'])('where none is described, a record is UTF-8 or Windows-1252: %s', async (last) => {
    const bytes = (more = '') =>
      Buffer.concat([
        Buffer.from(`${COLUMNS.join(';')}\nA;Jürgen;"a;\nb";${last}\n`),
        Buffer.from('B;Gro\xdf;"\x80 \x93""x\x94\nc\xc3\xa9";\\\n', 'latin1'),
        Buffer.from(`C;東京;d;1\n${more}`),
      ]);
    const content = [
      [1, 'A', 'Jürgen', 'a;\nb', last.replace('""', '')],
      [2, 'B', 'Groß', '€ “"x”\ncÃ©', '\\'],
      [3, 'C', '東京', 'd', '1'],
    ];
    expect(await load(bytes(), {})).toMatchObject({ path: 'copy', rejected: 0, content });
    expect(await load(bytes('ragged\n'), {})).toMatchObject({ path: 'records', rejected: 1, content });
  });

  test.each([
    ['a lone CR', ['CR;a\rb;c;1']],
    ['stray quotes, more than are held at once', ['Q;7" Rohr;x;1', '\\.', 'CR;a\rb;"";1']],
    ['other widths, which COPY refuses', ['short;x', 'CR;a\rb;"";1', 'long;a;b;c;d', 'Q;"a"b;c;1']],
  ])('%s: what Postgres has is what the reader gives', async (_, odd) => {
    const lines = Array.from(
      { length: 6000 },
      (_, i) => [`G${i};"a;\nb";;é`, `E${i};"";c;\\N`, ...odd][i % 5],
    );
    const text = lines.map((line) => `${line ?? 'P;x;y;z'}\n`).join('');
    const { rows, rejected } = new RecordReader({ delimiter: ';', lineEnd: 'lf' }, 4).push(text);
    const loaded = await load(Buffer.from(`${COLUMNS.join(';')}\n${text}`), {});
    expect(loaded).toEqual({
      ...{ rows: rows.length, rejected: rejected.length, path: 'records' },
      content: rows.map(({ rowNumber, fields }) => [rowNumber, ...fields]),
    });
    const found = await database.pool.query(
      `select row_number::int as "rowNumber", reason, message, raw from ingest.rejected_row
        where file_id = (select _file_id from export.claims_client_x order by _loaded_at desc limit 1) order by 1`,
    );
    expect(found.rows).toEqual(rejected);
  });

  test.each(ENCODINGS.filter((name) => postgresEncoding(name) && name !== 'utf-8'))(
    '%s: Postgres and the tolerant way read every letter alike',
    async (encoding) => {
      const decoder = new TextDecoder(encoding);
      const letters = Array.from({ length: 128 }, (_, i) => i + 128)
        .map((byte) => ({ byte, letter: decoder.decode(Buffer.of(byte)) }))
        .filter(({ letter }) => !/[\x80-\x9f\ufffd]/.test(letter));
      const rows = letters.map(({ byte }) => String.fromCharCode(byte));
      const bytes = (...more: string[]) => Buffer.from(`${['Nr', ...rows, ...more].join('\n')}\n`, 'latin1');
      const expected = letters.map(({ letter }, i) => [i + 1, letter]);
      for (const [more, path] of [
        [[], 'copy'],
        [['"a"b'], 'records'],
      ] as const)
        expect(await load(bytes(...more), { encoding }, ['Nr'])).toMatchObject({ path, content: expected });
    },
  );
});

describe('a CSV that is not as its feed describes it', () => {
  /** Its last row is beyond the beginning that is looked at before the load. */
  const far = (last: string) =>
    Buffer.from(
      `${['Nr;Name;Strasse;Betrag', ...Array.from({ length: 150_000 }, (_, i) => `F${i};a;b;1`), last].join('\n')}\n`,
      'latin1',
    );
  const ASCII = ['Nr', 'Name', 'Strasse', 'Betrag'];

  test('bytes that are no UTF-8, at its beginning and far behind it', async () => {
    const described = { encoding: 'UTF-8', delimiter: ';' } as const;
    const message = /encoding is UTF-8, .* Save it as UTF-8 .* or describe its encoding/;
    for (const headerOnly of [true, false])
      await expect(
        load(Buffer.from(file(...ROWS), 'latin1'), described, COLUMNS, headerOnly),
      ).rejects.toThrow(message);
    await expect(load(far(ROWS[0]!), described, ASCII)).rejects.toThrow(message);
  });

  test('UTF-8 where ISO-8859-1 is described: no letter becomes two', async () => {
    const message = 'is written in UTF-8';
    await expect(load(Buffer.from(file(...ROWS)), EUROPEAN)).rejects.toThrow(message);
    const utf8 = Buffer.from(ROWS[0]!).toString('latin1');
    await expect(load(far(utf8), EUROPEAN, ASCII)).rejects.toThrow(message);
  });

  test('another format', async () => {
    await expect(load(Buffer.from(file(...ROWS)), { formats: ['xlsx'] })).rejects.toMatchObject({
      code: 'wrong_format',
      message: expect.stringContaining('takes XLSX only'),
    });
    await expect(load(workbook({ Blatt: [COLUMNS] }), EUROPEAN)).rejects.toMatchObject({
      code: 'wrong_format',
      message: expect.stringContaining('The file is XLSX, and this feed takes CSV only'),
    });
  });
});

/** Sheets by name; the first is hidden. */
function workbook(sheets: Record<string, unknown[][]>, bookType: XLSX.BookType = 'xlsx'): Buffer {
  const book = XLSX.utils.book_new();
  for (const [name, rows] of Object.entries(sheets))
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), name);
  book.Workbook = { Sheets: Object.keys(sheets).map((_, i) => ({ Hidden: i === 0 ? 1 : 0 })) };
  return XLSX.write(book, { type: 'buffer', bookType });
}

describe('the sheet of a workbook', () => {
  const bytes = workbook({
    Versteckt: [COLUMNS, ['H', 'a', 'b', 1]],
    Notizen: [['x'], ['y']],
    Abrechnung: [COLUMNS, ['A1', 'Jürgen', 'c', 2]],
  });

  test.each([
    ['Abrechnung', 'A1'],
    [' abrechnung', 'A1'],
    ['Versteckt', 'H'],
  ])('%s is found by its name', async (sheet, first) => {
    const { content } = await load(bytes, { sheet });
    expect(content.map((row) => row[1])).toEqual([first]);
  });

  test.each([true, false])('of an old workbook is loaded as well, header only: %s', async (headerOnly) => {
    const old = workbook({ Versteckt: [['x']], Abrechnung: [COLUMNS, ['A1', 'Jürgen', null, 2]] }, 'biff8');
    expect(await load(old, {}, COLUMNS, headerOnly)).toEqual({
      ...{ rows: 1, rejected: 0, path: 'workbook' },
      content: [[1, 'A1', 'Jürgen', null, '2']],
    });
  });

  test('an old workbook is not read where it is large', async () => {
    const old = workbook({ a: [['x']], b: [COLUMNS, ['A1', 'b', 'c', 2]] }, 'biff8');
    const large = Buffer.concat([old, Buffer.alloc(8 * 1024 * 1024)]);
    await expect(load(large, {})).rejects.toMatchObject({
      code: 'workbook_too_large',
      message: expect.stringContaining('more than 8 MiB. Save it as .xlsx'),
    });
  });

  test('one that is not there is named, and how many there are', async () => {
    for (const headerOnly of [true, false])
      await expect(load(bytes, { sheet: 'Mitglieder' }, COLUMNS, headerOnly)).rejects.toMatchObject({
        code: 'missing_sheet',
        message: expect.stringMatching(/no sheet "Mitglieder".* it has 3 sheets/),
      });
  });

  test('an empty one is told as such', async () => {
    await expect(load(workbook({ a: [['x']], b: [] }), { sheet: 'b' })).rejects.toMatchObject({
      code: 'empty_file',
    });
  });
});
