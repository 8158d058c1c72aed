import { describe, expect, test } from 'vitest';
import { CellValues } from './cell-values.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetScanner } from './sheet-scanner.ts';

const strings = async () => {
  const shared = new SharedStrings(
    (async function* () {
      yield Buffer.from('<sst><si><t>zero</t></si><si><t>one</t></si></sst>');
    })(),
  );
  await shared.toEnd();
  return shared;
};

/** Rows of a sheet that comes in pieces of some size. */
async function scan(xml: string, size = xml.length) {
  const rows: (string | number)[][] = [];
  const scanner = new SheetScanner(await strings(), new CellValues(['plain', 'date'], false), (row) => {
    rows.push([row.number, ...row.columns.map((column) => `${column}=${row.value(column)}`)]);
    return true;
  });
  const bytes = Buffer.from(xml);
  for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
  scanner.end();
  return rows;
}
const sheet = (rows: string) =>
  `<?xml version="1.0"?><worksheet><cols><col/></cols><sheetData>${rows}</sheetData><x/></worksheet>`;

test.each([1, 2, 3, 5, 8, 13, 100, 10_000])('a sheet in pieces of %d bytes', async (size) => {
  const rows = `<!-- <row> --><row r="2" spans="1:3"><c r="A2" t="s"><v>1</v></c><x:c xmlns:x="u" r='B2' s="1"><x:f a=">">1</x:f><x:v>46088</x:v></x:c
    ><c r="AA2" t="inlineStr"><is><r><t>a&amp;</t></r><r><t>b</t></r><rPh><t>no</t></rPh></is></c></row><row/><row r="5"><c t="b"><v>1</v></c
    ><c t="str"><v><![CDATA[<]]>_x0041_</v></c><c/><c><v><!-- -->7</v></c></row>`;
  expect(await scan(sheet(rows), size)).toEqual([
    [2, '0=one', '1=2026-03-07', '26=a&b'],
    [5, '0=TRUE', '1=<A', '3=7'],
  ]);
});

test.each([
  ['nothing', ''],
  ['a sheet without rows', '<worksheet><sheetData/></worksheet>'],
  ['rows without values', sheet('<row/><row><c/><c t="s"/></row>')],
])('%s has no rows', async (_, xml) => {
  expect(await scan(xml)).toEqual([]);
});

describe('a damaged sheet is told by what is wrong', () => {
  test.each([
    ['cut off', '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>', /no end/],
    ['rows back', sheet('<row r="2"/><row r="1"/>'), /not in order/],
    ['a row twice', sheet('<row r="2"/><row r="2"/>'), /not in order/],
    ['a row in a row', sheet('<row r="2"><row r="3"/></row>'), /not in order/],
    ['a column too far', sheet('<row><c r="XFE1"><v>1</v></c></row>'), /beyond the last column/],
    ['a column far too far', sheet('<row><c r="ZZZZZZZZZZ1"><v>1</v></c></row>'), /beyond the last column/],
    ['an attribute without a value', sheet('<row><c r><v>1</v></c></row>'), /no XML/],
    ['a text of no number', sheet('<row><c t="s"><v>x</v></c></row>'), /text that is not there/],
    ['a DOCTYPE', `<!DOCTYPE a>${sheet('')}`, /DOCTYPE/],
    ['a cell without an end', sheet(`<row><c><v>${'1'.repeat(5 * 1024 * 1024)}`), /1 MiB in one cell/],
    [
      'a row without an end of texts',
      sheet(`<row>${`<c t="str"><v>${'x'.repeat(500 * 1024)}</v></c>`.repeat(9)}</row>`),
      /4 MiB in one row/,
    ],
  ])('%s', async (_, xml, reason) => {
    await expect(scan(xml, 64 * 1024)).rejects.toThrow(reason);
  });
});

test('a text that is not yet read is waited for', async () => {
  const shared = new SharedStrings(
    (async function* () {
      yield Buffer.from('<sst><si><t>zero</t></si>');
      yield Buffer.from('<si><t>one</t></si></sst>');
    })(),
  );
  const seen: (string | null)[] = [];
  const scanner = new SheetScanner(shared, new CellValues([], false), (row) => {
    seen.push(row.value(0), row.value(1));
    return true;
  });
  scanner.push(Buffer.from(sheet('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>')));
  while (scanner.wanted >= 0) {
    await shared.upTo(scanner.wanted);
    scanner.resume();
  }
  scanner.end();
  expect(seen).toEqual(['zero', 'one']);
});
