import { describe, expect, test } from 'vitest';
import { inline, workbookOf } from '../../../test/setup/workbook.ts';
import { open, rangesOf } from '../../../test/workbooks/ours.ts';
import { UnnamedColumn } from './copy-text.ts';
import { Workbook } from './workbook.ts';

const HEADER = `<row r="1">${inline('a', 'A1')}${inline('b', 'C1')}</row>`;

async function copied(book: Workbook): Promise<{ text: string; rows: number }> {
  const text = book.copyText('f');
  const chunks: Buffer[] = [];
  for (;;) {
    const next = await text.next();
    if (next.done) return { text: Buffer.concat(chunks).toString(), rows: next.value };
    chunks.push(Buffer.from(next.value));
  }
}

describe('columns', () => {
  const bytes = workbookOf({
    rows: `${HEADER}<row><c r="A2"><v>1</v></c></row><row><c r="B3"><v>2</v></c><c r="C3"><v>3</v></c></row>`,
  });

  test('only the header and the first row are looked at: one that comes later is told of', async () => {
    const book = await open(bytes, { headerOnly: true });
    expect(book.cells.map(({ position }) => position)).toEqual([1, 3]);
    expect(book.hasRows).toBe(true);
    await expect(copied(book)).rejects.toThrow(UnnamedColumn);
    await book.close();
  });

  test('all of the sheet is looked at', async () => {
    const book = await open(bytes);
    expect(book.cells.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(await copied(book)).toEqual({ text: 'f\t1\t1\t\\N\t\\N\nf\t2\t\\N\t2\t3\n', rows: 2 });
    await book.close();
  });
});

describe('a header check', () => {
  const filler = Array.from(
    { length: 100_000 },
    (_, i) => `<row><c t="s"><v>${i}</v></c><c><v>${i * 7919}</v></c></row>`,
  );
  const bytes = workbookOf({
    rows: `<row><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row>${filler.join('')}`,
    strings: Array.from({ length: 100_000 }, (_, i) => `<t>text ${i}</t>`),
    entry: { stored: true },
  });

  test('reads no more than it needs of a large sheet and its texts', async () => {
    let asked = 0;
    const source = {
      size: bytes.length,
      read: (range: { start: number; end: number }) => {
        const stream = rangesOf(bytes).read(range);
        // What is taken, as a file's stream is taken in pieces.
        return stream.compose(async function* (pieces: AsyncIterable<Buffer>) {
          for await (const piece of pieces)
            for (let at = 0; at < piece.length; at += 65_536) {
              asked += Math.min(65_536, piece.length - at);
              yield piece.subarray(at, at + 65_536);
            }
        });
      },
    };
    const book = await Workbook.open(source as never, {
      headerOnly: true,
      maxBytes: 2 ** 28,
      sheet: undefined,
    });
    expect(book.cells.map(({ text }) => text)).toEqual(['text 3', 'text 4']);
    await book.close();
    expect(bytes.length).toBeGreaterThan(7_000_000);
    expect(asked).toBeLessThan(3_000_000);
  });

  test('and may be followed by a load', async () => {
    const book = await open(bytes, { headerOnly: true });
    const { text, rows } = await copied(book);
    expect(rows).toBe(100_000);
    expect(text.split('\n')[99_999]).toBe(`f\t100000\ttext 99999\t${99_999 * 7919}`);
    await book.close();
  });
});

test('a text that cells share is not repeated without end', async () => {
  const cells = '<c t="s"><v>0</v></c>'.repeat(100);
  const bytes = workbookOf({
    rows: `<row>${'<c t="s"><v>1</v></c>'.repeat(100)}</row>${`<row>${cells}</row>`.repeat(200)}`,
    strings: [`<t>${'x'.repeat(10_000)}</t>`, '<t>a</t>'],
  });
  const book = await open(bytes, { maxBytes: 2 ** 20 });
  await expect(copied(book)).rejects.toMatchObject({ code: 'workbook_too_large' });
  await book.close();
});

test('a sheet that ends early is damaged, not short', async () => {
  const sheet = `<worksheet><sheetData>${HEADER}<row><c><v>1</v></c></row>`;
  await expect(open(workbookOf({ sheet }))).rejects.toMatchObject({ code: 'damaged_workbook' });
  const book = await open(workbookOf({ sheet }), { headerOnly: true });
  await expect(copied(book)).rejects.toMatchObject({ code: 'damaged_workbook' });
  await book.close();
});

test('a header without a row', async () => {
  for (const headerOnly of [true, false])
    expect((await open(workbookOf({ rows: HEADER }), { headerOnly })).hasRows).toBe(false);
});
