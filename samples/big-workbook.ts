import { open } from 'node:fs/promises';
import { asText, type Cell, DATE_FORMATS, MONEY_FORMAT, PHONE_FORMAT, ZIP_FORMAT } from './cell.ts';
import type { Row } from './row.ts';
import { ZipWriter } from './zip.ts';

/**
 * Writes a workbook of any size as a stream: SheetJS builds the whole sheet as one string, which ends at half a
 * gigabyte. Only the table of shared strings stays in memory.
 */
export async function writeBigWorkbook(path: string, header: string[], rows: Iterable<Row>): Promise<void> {
  const strings = new SharedStrings();
  const file = await open(path, 'w');
  try {
    const zip = new ZipWriter(file);
    await zip.add('[Content_Types].xml', [CONTENT_TYPES]);
    await zip.add('_rels/.rels', [PACKAGE_RELATIONS]);
    await zip.add('xl/workbook.xml', [WORKBOOK]);
    await zip.add('xl/_rels/workbook.xml.rels', [WORKBOOK_RELATIONS]);
    await zip.add('xl/styles.xml', [styles()]);
    await zip.add('xl/worksheets/sheet1.xml', sheet(header, rows, strings));
    await zip.add('xl/sharedStrings.xml', strings.xml());
    await zip.end();
  } finally {
    await file.close();
  }
}

const FORMATS = [ZIP_FORMAT, MONEY_FORMAT, PHONE_FORMAT, ...DATE_FORMATS];
/** The first id that a workbook may give to a number format of its own. */
const FIRST_FORMAT_ID = 164;

function* sheet(header: string[], rows: Iterable<Row>, strings: SharedStrings): Generator<string> {
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetData>`;
  yield rowXml(
    1,
    header.map((name) => ({ kind: 'text', text: name })),
    strings,
  );
  let number = 1;
  for (const row of rows) {
    number += 1;
    yield rowXml(
      number,
      header.map((name) => row.fields[name]?.cell),
      strings,
    );
  }
  yield '</sheetData></worksheet>';
}

function rowXml(number: number, cells: (Cell | undefined)[], strings: SharedStrings): string {
  let xml = `<row r="${number}">`;
  cells.forEach((cell, column) => {
    if (cell === undefined || cell.kind === 'blank') return;
    const reference = `${columnName(column)}${number}`;
    if (cell.kind === 'text') {
      xml += `<c r="${reference}" t="s"><v>${strings.indexOf(asText(cell))}</v></c>`;
    } else {
      const style = cell.format === undefined ? '' : ` s="${FORMATS.indexOf(cell.format) + 1}"`;
      xml += `<c r="${reference}"${style}><v>${cell.number}</v></c>`;
    }
  });
  return `${xml}</row>`;
}

const columnName = (column: number): string =>
  (column < 26 ? '' : columnName(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

class SharedStrings {
  readonly #indexes = new Map<string, number>();
  #uses = 0;

  indexOf(value: string): number {
    this.#uses += 1;
    const known = this.#indexes.get(value);
    if (known !== undefined) return known;
    this.#indexes.set(value, this.#indexes.size);
    return this.#indexes.size - 1;
  }

  *xml(): Generator<string> {
    yield `${XML}<sst xmlns="${MAIN}" count="${this.#uses}" uniqueCount="${this.#indexes.size}">`;
    for (const value of this.#indexes.keys()) {
      yield `<si><t xml:space="preserve">${escaped(value)}</t></si>`;
    }
    yield '</sst>';
  }
}

const escaped = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const CONTENT_TYPES = `${XML}<Types xmlns="${PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="${SHEET_TYPE}.sharedStrings+xml"/>
</Types>`;

const PACKAGE_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships">
<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

const WORKBOOK = `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`;

const WORKBOOK_RELATIONS = `${XML}<Relationships xmlns="${PACKAGE}/relationships">
<Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`;

function styles(): string {
  const attribute = (format: string) => escaped(format).replaceAll('"', '&quot;');
  const formats = FORMATS.map(
    (format, i) => `<numFmt numFmtId="${FIRST_FORMAT_ID + i}" formatCode="${attribute(format)}"/>`,
  );
  const cells = FORMATS.map(
    (_, i) =>
      `<xf numFmtId="${FIRST_FORMAT_ID + i}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`,
  );
  return `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length}">${formats.join('')}</numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="${cells.length + 1}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>${cells.join('')}</cellXfs>
</styleSheet>`;
}
