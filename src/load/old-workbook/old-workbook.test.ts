import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import XLSX from 'xlsx';
import { read } from '../../../test/workbooks/ours.ts';
import { readOldWorkbook } from './old-workbook.ts';

const SAMPLES = new URL('../../../samples/', import.meta.url).pathname;

const asOld = (book: XLSX.WorkBook) => XLSX.write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer;
type Sheets = Record<string, (XLSX.CellObject | string | number)[][]>;
function bookOf(sheets: Sheets, properties: XLSX.WBProps = {}): XLSX.WorkBook {
  const book = XLSX.utils.book_new();
  for (const [name, rows] of Object.entries(sheets))
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), name);
  book.Workbook = { ...properties };
  return book;
}
const number = (v: number, z = 'General'): XLSX.CellObject => ({ t: 'n', v, z });
const readSheet = (bytes: Buffer, sheet?: string) => readOldWorkbook({ bytes, sheet });

describe('the samples, saved as .xls', async () => {
  const files = (await readdir(SAMPLES, { recursive: true })).filter((name) => name.endsWith('.xlsx'));
  test.each(files)('%s', async (name) => {
    const bytes = await readFile(join(SAMPLES, name));
    const options = { type: 'buffer', dense: true, cellNF: true, cellText: false, cellHTML: false } as const;
    const { header, rows } = await read(bytes);
    const old = await readSheet(asOld(XLSX.read(bytes, options)));
    expect(rows.length).toBeGreaterThan(100);
    expect(old).toEqual({ cells: header, rows });
  });
});

describe('an old workbook', () => {
  test.each<[XLSX.CellObject, string]>([
    [number(42711784), '42711784'],
    [number(1e17), '100000000000000000'],
    [number(-12.5, '#,##0.00'), '-12.5'],
    [number(2130, '00000'), '02130'],
    [number(45292, 'yyyy-mm-dd'), '2024-01-01'],
    [number(45292.5, 'm/d/yy h:mm'), '2024-01-01 12:00:00'],
    [number(60, 'm/d/yy'), '1900-02-29'],
    [number(0.75, 'h:mm'), '18:00:00'],
    [number(1.5, '[h]:mm'), '36:00:00'],
    [{ t: 'b', v: true }, 'TRUE'],
    [{ t: 'e', v: 42 }, '#N/A'],
    [{ t: 's', v: 'Zoë _x0041_\r\n"Müller"' }, 'Zoë _x0041_\r\n"Müller"'],
  ])('says of a cell %j: %s', async (cell, text) => {
    const { rows } = await readSheet(
      asOld(
        bookOf({
          a: [
            ['before', 'it'],
            ['x', cell],
          ],
        }),
      ),
    );
    expect(rows).toEqual([{ rowNumber: 1, fields: ['x', text] }]);
  });

  test('counts days from 1904 where it says so', async () => {
    const book = bookOf({ a: [['day'], [number(43830, 'yyyy-mm-dd')]] }, {
      WBProps: { date1904: true },
    } as never);
    expect((await readSheet(asOld(book))).rows[0]?.fields).toEqual(['2024-01-01']);
  });

  const hidden = () => {
    const book = bookOf({
      hidden: [['a'], [1]],
      first: [[], ['', 'b'], [], ['', 2, 3]],
      second: [['c'], [4]],
    });
    book.Workbook = { Sheets: [{ Hidden: 1 }, {}, {}] };
    return asOld(book);
  };
  test('is read from its first visible sheet, with rows and columns where they are', async () => {
    expect(await readSheet(hidden())).toEqual({
      cells: [
        { text: 'b', position: 2 },
        { text: '', position: 3 },
      ],
      rows: [{ rowNumber: 2, fields: ['2', '3'] }],
    });
  });
  test('or from the one that is asked for', async () => {
    expect((await readSheet(hidden(), ' HIDDEN')).rows).toEqual([{ rowNumber: 1, fields: ['1'] }]);
    await expect(readSheet(hidden(), 'third')).rejects.toMatchObject({
      code: 'missing_sheet',
      message: expect.stringContaining('"third"'),
    });
  });
});

const compound = (...streams: string[]) => {
  const file = XLSX.CFB.utils.cfb_new();
  for (const name of streams) XLSX.CFB.utils.cfb_add(file, name, Buffer.alloc(10_000));
  return Buffer.from(XLSX.CFB.write(file, { type: 'buffer' }) as Buffer);
};

describe('is refused:', () => {
  const large = asOld(bookOf({ a: Array.from({ length: 20_000 }, (_, i) => [i, i + 0.5, `text ${i}`]) }));
  test.each<[string, Buffer, string, RegExp]>([
    [
      'a protected .xlsx',
      compound('/EncryptionInfo', '/EncryptedPackage'),
      'encrypted_workbook',
      /without a password/,
    ],
    ['another document', compound('/WordDocument'), 'not_a_workbook', /Save it as \.xlsx or CSV/],
    ['a workbook of nothing but zeros', compound('/Workbook'), 'damaged_workbook', /save it again/],
    [
      'what only begins as one',
      Buffer.from('d0cf11e0a1b11ae1'.padEnd(2000, '0'), 'hex'),
      'encrypted_workbook',
      /password, or damaged/,
    ],
    ['one that is cut off', large.subarray(0, large.length / 2), 'damaged_workbook', /./],
    ['an empty one', asOld(bookOf({ a: [[]] })), 'empty_file', /empty/],
  ])('%s', async (_, bytes, code, message) => {
    await expect(readSheet(bytes)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each([
    ['one that needs more memory than it may', { heapMb: 8, ms: 60_000 }],
    ['one that takes longer than it may', { heapMb: 256, ms: 10 }],
  ])('%s, and the next one is read', async (_, limits) => {
    await expect(readOldWorkbook({ bytes: large, sheet: undefined }, limits)).rejects.toMatchObject({
      code: 'workbook_too_large',
    });
    expect((await readSheet(large)).rows.length).toBe(19_999);
  });
});
