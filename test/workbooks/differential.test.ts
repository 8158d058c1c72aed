import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inline, workbookOf } from '../setup/workbook.ts';
import { AWKWARD_BOOKS } from './awkward-books.ts';
import { AWKWARD_CELLS, type AwkwardCell } from './awkward-cells.ts';
import { Openpyxl } from './openpyxl.ts';
import { read } from './ours.ts';
import { randomWorkbook } from './random-workbook.ts';
import { readBySheetJs } from './sheetjs.ts';
import { type Cell, tableOf } from './table.ts';

const OTHERS = ['SheetJS', 'openpyxl'] as const;
type Other = (typeof OTHERS)[number];
const SAMPLES = new URL('../../samples/', import.meta.url).pathname;

let openpyxl: Openpyxl;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-workbooks-'));
  openpyxl = await Openpyxl.start();
}, 180_000);
afterAll(async () => {
  openpyxl?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function byOpenpyxl(bytes: Buffer): Promise<Cell[] | string> {
  const path = join(folder, 'book.xlsx');
  await writeFile(path, bytes);
  return await openpyxl.read(path);
}

describe('the samples, as SheetJS and openpyxl read them', async () => {
  const files = (await readdir(SAMPLES, { recursive: true })).filter((name) => name.endsWith('.xlsx'));
  test.each(files)('%s', async (name) => {
    const bytes = await readFile(join(SAMPLES, name));
    const ours = await read(bytes);
    expect(ours.rows.length).toBeGreaterThan(100);
    expect(ours).toEqual(tableOf(readBySheetJs(bytes) as Cell[]));
    expect(ours).toEqual(tableOf((await byOpenpyxl(bytes)) as Cell[]));
  });
});

/** The cell in a sheet of two rows, a text on both sides of it. */
function bookWith({ xml, format, date1904 }: AwkwardCell): Buffer {
  const cell = (reference: string) =>
    xml.replace(/^<c/, `<c r="${reference}"${format === undefined ? '' : ' s="1"'}`);
  return workbookOf({
    rows: `<row r="1">${inline('before', 'A1')}${inline('it', 'B1')}${inline('after', 'C1')}</row>
      <row r="2">${inline('x', 'A2')}${cell('B2')}${inline('y', 'C2')}</row>`,
    formats: format === undefined ? [] : [format],
    properties: date1904 ? 'date1904="1"' : '',
  });
}
const textIn = (cells: Cell[] | string) =>
  typeof cells === 'string'
    ? { failed: cells }
    : (cells.find(([row, column]) => row === 2 && column === 1)?.[2] ?? null);

/** Holds what the two others read against what was meant, or against their being known to read it otherwise. */
function expectOthers<T>(
  meant: T,
  theirs: Record<Other, T | object>,
  otherwise: Partial<Record<Other, string>> = {},
) {
  for (const name of OTHERS)
    if (otherwise[name] === undefined) expect(theirs[name], name).toEqual(meant);
    else expect(theirs[name], `${name} ${otherwise[name]}`).not.toEqual(meant);
}

describe('awkward cells', () => {
  test.each(AWKWARD_CELLS.map((cell) => ({ ...cell, shown: cell.xml.slice(0, 80) })))(
    '$shown $format',
    async (cell) => {
      const bytes = bookWith(cell);
      const { rows } = await read(bytes);
      expect(rows).toEqual([{ rowNumber: 1, fields: ['x', cell.text, 'y'] }]);
      const theirs = {
        SheetJS: textIn(readBySheetJs(bytes)),
        openpyxl: textIn(await byOpenpyxl(bytes)),
      };
      expectOthers<string | null>(cell.text, theirs, cell.otherwise);
    },
  );
});

const tableIn = (cells: Cell[] | string) => (typeof cells === 'string' ? { failed: cells } : tableOf(cells));

describe('awkward workbooks', () => {
  test.each(AWKWARD_BOOKS)('$name', async ({ book, header, rows, otherwise }) => {
    const bytes = workbookOf(book);
    const meant = {
      header: header.map(([position, text]) => ({ text, position })),
      rows: rows.map(([rowNumber, ...fields]) => ({ rowNumber, fields })),
    };
    expect(await read(bytes)).toEqual(meant);
    const theirs = { SheetJS: tableIn(readBySheetJs(bytes)), openpyxl: tableIn(await byOpenpyxl(bytes)) };
    expectOthers<object>(meant, theirs, otherwise);
  });
});

describe('workbooks by chance', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => ({ seed })))('seed $seed', async ({ seed }) => {
    // Of every other one, only what all three are known to read alike.
    const plain = seed % 2 === 0;
    const { book, table } = randomWorkbook(`${seed}`, plain);
    const bytes = workbookOf(book);
    expect(await read(bytes)).toEqual(table);
    if (!plain) return;
    expect(tableIn(readBySheetJs(bytes))).toEqual(table);
    expect(tableIn(await byOpenpyxl(bytes))).toEqual(table);
  });
});
