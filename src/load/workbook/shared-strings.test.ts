import { describe, expect, test } from 'vitest';
import { SharedStrings, StringTable } from './shared-strings.ts';

async function* inPieces(xml: string, size: number) {
  const bytes = Buffer.from(xml);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const XML = `<?xml version="1.0"?><x:sst xmlns:x="u" count="9" uniqueCount="5"><x:si><x:t>one</x:t></x:si><!-- <si/> -->
<x:si><x:t/></x:si><x:si/><x:si><x:r><x:rPr><x:b/></x:rPr><x:t>Mül</x:t></x:r><x:r><x:t xml:space='preserve'>ler </x:t></x:r>
<x:rPh sb="0" eb="1"><x:t>no</x:t></x:rPh></x:si><x:si><x:t>${'long\t'.repeat(200)}</x:t></x:si></x:sst>`;
const TEXTS = ['one', '', '', 'Müller ', 'long\t'.repeat(200)];

describe('shared strings', () => {
  test.each([1, 2, 3, 7, 64, 100_000])('in pieces of %d bytes', async (size) => {
    const strings = new SharedStrings(inPieces(XML, size));
    await strings.toEnd();
    expect(TEXTS.map((_, i) => strings.table.text(i))).toEqual(TEXTS);
    expect(strings.table.count).toBe(TEXTS.length);
  });

  test('are read no further than one is asked for', async () => {
    let pieces = 0;
    const counted = async function* () {
      for await (const piece of inPieces(XML, 50)) {
        pieces++;
        yield piece;
      }
    };
    const strings = new SharedStrings(counted());
    await strings.upTo(0);
    expect(strings.table.text(0)).toBe('one');
    expect(pieces).toBe(2);
    await strings.close();
    expect(pieces).toBe(2);
  });

  test('one that is not there', async () => {
    await expect(new SharedStrings(inPieces(XML, 50)).upTo(5)).rejects.toMatchObject({
      code: 'damaged_workbook',
    });
  });
});

test('a table holds texts of any length, and finds each of them', () => {
  const table = new StringTable();
  const lengths = [0, 1, 254, 255, 256, 70_000, 2 ** 20 - 5, 2 ** 20, 3 * 2 ** 20, 7];
  const texts = Array.from({ length: 70_000 }, (_, i) => String(i).padEnd(lengths[i] ?? 0, '.'));
  for (const text of texts) table.add(Buffer.from(text), text.length);
  expect(table.count).toBe(texts.length);
  for (const [i, text] of texts.entries()) {
    expect(table.lengthOf(i)).toBe(text.length);
    if (table.text(i) !== text) expect.fail(`text ${i} is another`);
  }
});

test('and no more bytes than are stated', () => {
  const table = new StringTable();
  const long = Buffer.alloc(4 * 1024 * 1024, 'x');
  expect(() => {
    for (let i = 0; i < 100; i++) table.add(long, long.length);
  }).toThrow(/more than 96 MiB of texts/);
  expect(table.count).toBe(23);
});
