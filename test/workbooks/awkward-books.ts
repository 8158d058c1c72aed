import { inline, relations, type WorkbookParts } from '../setup/workbook.ts';

/** A workbook that readers may stumble over, and the table in it. */
export interface AwkwardBook {
  name: string;
  book: WorkbookParts;
  header: [position: number, text: string][];
  rows: [rowNumber: number, ...fields: (string | null)[]][];
  /** Who reads it otherwise, and why. */
  otherwise?: Partial<Record<'SheetJS' | 'openpyxl', string>>;
}

const NAMES: AwkwardBook['header'] = [
  [1, 'a'],
  [2, 'b'],
];
const HEADER = `<row r="1">${inline('a', 'A1')}${inline('b', 'B1')}</row>`;
const GOOD = `${HEADER}<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>1</v></c></row>`;
const STRINGS = ['<t>none</t>', '<t>two</t>'];
const ROWS: AwkwardBook['rows'] = [[1, '1', 'two']];
const good = (name: string, book: WorkbookParts, otherwise: AwkwardBook['otherwise'] = {}): AwkwardBook => ({
  name,
  book: { rows: GOOD, strings: STRINGS, ...book },
  header: NAMES,
  rows: ROWS,
  otherwise,
});

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const STRICT = 'http://purl.oclc.org/ooxml';
const prefixed = (xml: string) => xml.replace(/<(\/?)(?=\w)/g, '<$1x:');
const sheet = (rows: string) => `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`;
const sheets = (...each: [name: string, state: string][]) =>
  `<workbook xmlns="${MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${each
    .map(([name, state], i) => `<sheet name="${name}" sheetId="${i + 1}" ${state} r:id="rId${i + 1}"/>`)
    .join('')}</sheets></workbook>`;
const strict = (xml: string) =>
  xml
    .replaceAll(MAIN, `${STRICT}/spreadsheetml/main`)
    .replaceAll(
      'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
      `${STRICT}/officeDocument/relationships`,
    );
const WORKBOOK = sheets(['Sheet1', '']);
const RELATIONS = relations([
  ['worksheet', 'worksheets/sheet1.xml'],
  ['styles', 'styles.xml'],
  ['sharedStrings', 'sharedStrings.xml'],
]);

export const AWKWARD_BOOKS: AwkwardBook[] = [
  good('as usual', {}),
  good('stored in the zip', { entry: { stored: true } }),
  good('sizes behind the parts', { entry: { descriptor: true } }),
  good('ZIP64', { entry: { zip64: true } }, { SheetJS: 'wants a size of four bytes' }),
  good('prefixes of namespaces', {
    sheet: `<x:worksheet xmlns:x="${MAIN}">${prefixed(`<sheetData>${GOOD}</sheetData>`)}</x:worksheet>`,
    parts: {
      'xl/sharedStrings.xml': `<x:sst xmlns:x="${MAIN}">${prefixed('<si><t>none</t></si><si><t>two</t></si>')}</x:sst>`,
    },
  }),
  good(
    'strict namespaces',
    {
      sheet: strict(sheet(GOOD)),
      parts: {
        'xl/workbook.xml': strict(WORKBOOK),
        '_rels/.rels': strict(relations([['officeDocument', 'xl/workbook.xml']])),
        'xl/_rels/workbook.xml.rels': strict(RELATIONS),
        'xl/sharedStrings.xml': `<sst xmlns="${STRICT}/spreadsheetml/main"><si><t>none</t></si><si><t>two</t></si></sst>`,
      },
    },
    { openpyxl: 'does not read strict workbooks' },
  ),
  good('a byte order mark', { sheet: `\ufeff<?xml version="1.0" encoding="UTF-8"?>\n${sheet(GOOD)}` }),
  good('a sheet in UTF-16', { sheet: Buffer.from(`\ufeff${sheet(GOOD)}`, 'utf16le') }),
  good(
    'texts in UTF-16, big-endian',
    {
      parts: {
        'xl/sharedStrings.xml': Buffer.from(
          `\ufeff<?xml version="1.0" encoding="UTF-16"?><sst xmlns="${MAIN}"><si><t>none</t></si><si><t>two</t></si></sst>`,
          'utf16le',
        ).swap16(),
      },
    },
    { SheetJS: 'knows little-endian only' },
  ),
  good(
    'comments and instructions among the rows',
    {
      rows: `<!-- <row r="9"><c r="A9"><v>9</v></c></row> --><?x <row?>${GOOD}<!-- > -->`,
    },
    { SheetJS: 'takes comments for rows' },
  ),
  good('attributes in single quotes, with blanks, in any order', {
    rows: `${HEADER}<row spans='1:2' r='2' ><c s = "0" r = 'A2'><v>1</v></c><c t='s' r="B2" cm="1&gt;"><v> 1 </v></c></row>`,
  }),
  good('neither rows nor cells have numbers', {
    rows: `<row>${inline('a')}${inline('b')}</row><row><c><v>1</v></c><c t="s"><v>1</v></c></row>`,
  }),
  good('no shared strings', {
    rows: `${HEADER}<row r="2"><c r="A2"><v>1</v></c>${inline('two', 'B2')}</row>`,
    parts: { 'xl/_rels/workbook.xml.rels': relations([['worksheet', 'worksheets/sheet1.xml']]) },
  }),
  good('targets from the root of the package', {
    parts: {
      'xl/_rels/workbook.xml.rels': relations([
        ['worksheet', '/xl/worksheets/sheet1.xml'],
        ['sharedStrings', '/xl/sharedStrings.xml'],
      ]),
    },
  }),
  {
    name: 'cells of a row in any order, and one twice',
    book: {
      rows: `${HEADER}<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>0</v></c><c r="A2"><v>1</v></c></row>`,
    },
    header: NAMES,
    rows: [[1, '1', '2']],
  },
  {
    name: 'rows that are absent, blank and empty, and a header further down',
    book: {
      rows: `<row r="3"/><row r="4"><c r="A4" s="0"/><c r="B4" t="s"><v>0</v></c></row>
        <row r="7">${inline('a', 'A7')}${inline('b', 'B7')}</row><row r="8"></row>
        <row r="10"><c r="A10"><v>1</v></c></row><row r="12"><c r="B12" t="inlineStr"><is><t></t></is></c></row>
        <row><c r="B13"><v>2</v></c></row>`,
      strings: ['<t/>'],
    },
    header: NAMES,
    rows: [
      [3, '1', null],
      [6, null, '2'],
    ],
  },
  {
    name: 'columns without a name, with and without a value',
    book: {
      rows: `<row r="1">${inline('a', 'B1')}${inline(' ', 'C1')}${inline('b', 'E1')}</row>
        <row r="2"><c r="B2"><v>1</v></c></row><row r="3"><c r="A3"/><c r="D3"><v>4</v></c><c r="XFD3"><v>9</v></c></row>`,
    },
    header: [
      [2, 'a'],
      [4, ''],
      [5, 'b'],
      [16384, ''],
    ],
    rows: [
      [1, '1', null, null, null],
      [2, null, '4', null, '9'],
    ],
  },
  {
    name: 'the first visible sheet, behind one that is hidden and one that is very hidden',
    book: {
      parts: {
        'xl/workbook.xml': sheets(
          ['h', 'state="hidden"'],
          ['v', 'state="veryHidden"'],
          ['&#x6771; &amp;', ''],
          ['z', ''],
        ),
        'xl/_rels/workbook.xml.rels': relations([
          ['worksheet', 'worksheets/sheet4.xml'],
          ['worksheet', 'worksheets/sheet3.xml'],
          ['worksheet', 'worksheets/sheet1.xml'],
          ['worksheet', 'worksheets/sheet2.xml'],
        ]),
        ...Object.fromEntries(
          [2, 3, 4].map((i) => [`xl/worksheets/sheet${i}.xml`, sheet(`<row>${inline('no')}</row>`)]),
        ),
      },
      rows: `${HEADER}<row r="2"><c r="A2"><v>1</v></c></row>`,
    },
    header: NAMES,
    rows: [[1, '1', null]],
  },
  {
    name: 'what is before the rows and behind them',
    book: {
      sheet: `<?xml version="1.0"?><worksheet xmlns="${MAIN}" xmlns:x14ac="urn:x"><sheetPr/><dimension ref="A1"/>
        <sheetViews><sheetView workbookViewId="0"/></sheetViews><cols><col min="1" max="2" width="9"/></cols>
        <sheetData>${HEADER}<row r="2" x14ac:dyDescent="0.25"><c r="A2"><v>1</v></c></row></sheetData>
        <conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>1</formula></cfRule></conditionalFormatting>
        <extLst><ext uri="x" xmlns:y="urn:y"><y:row r="9"><y:c r="A9"><y:v>9</y:v></y:c></y:row></ext></extLst></worksheet>`,
    },
    header: NAMES,
    rows: [[1, '1', null]],
  },
];
