import { type ZipEntry, zipOf } from './zip.ts';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** A workbook written by hand, so that any of it can be as no program would write it. */
export interface WorkbookParts {
  /** What is in `sheetData`, or all of the sheet where it begins with `<`, `?` or a byte order mark. */
  rows?: string;
  sheet?: string | Buffer;
  /** What is in each `si`. */
  strings?: string[];
  /** Number formats by their codes or, where they are numbers, ids; the cell styles 1, 2 … have them. */
  formats?: (string | number)[];
  /** Attributes of `workbookPr`. */
  properties?: string;
  /** Parts in place of those that are made of the above, or beside them. */
  parts?: Record<string, string | Buffer>;
  /** Of the zip. */
  entry?: Partial<ZipEntry>;
}

export function workbookOf(book: WorkbookParts): Buffer {
  const parts: Record<string, string | Buffer> = {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPES}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>
<Override PartName="/xl/sharedStrings.xml" ContentType="${TYPES}.sharedStrings+xml"/></Types>`,
    '_rels/.rels': relations([['officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr ${book.properties ?? ''}/>
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ['worksheet', 'worksheets/sheet1.xml'],
      ['styles', 'styles.xml'],
      ['sharedStrings', 'sharedStrings.xml'],
    ]),
    'xl/worksheets/sheet1.xml':
      book.sheet ?? `<worksheet xmlns="${MAIN}"><sheetData>${book.rows ?? ''}</sheetData></worksheet>`,
    'xl/styles.xml': styles(book.formats ?? []),
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${(book.strings ?? []).map((each) => `<si>${each}</si>`).join('')}</sst>`,
    ...book.parts,
  };
  return zipOf(
    Object.entries(parts).map(([name, content]) => ({ name, content: Buffer.from(content), ...book.entry })),
  );
}

/** Relations with the ids rId1, rId2 … */
export const relations = (targets: [type: string, target: string][]) =>
  `<Relationships xmlns="${PACKAGE}/relationships">${targets
    .map(
      ([type, target], i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`;

/** The first id that a workbook may give to a number format of its own. */
const FIRST_FORMAT_ID = 164;

function styles(formats: (string | number)[]): string {
  const escaped = (code: string) => code.replace(/[&<"]/g, (found) => `&#${found.charCodeAt(0)};`);
  const own = formats.flatMap((each, i) =>
    typeof each === 'number'
      ? []
      : [`<numFmt numFmtId="${FIRST_FORMAT_ID + i}" formatCode="${escaped(each)}"/>`],
  );
  const xf = (id: number) =>
    `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  const xfs = [0, ...formats.map((each, i) => (typeof each === 'number' ? each : FIRST_FORMAT_ID + i))].map(
    xf,
  );
  return `<styleSheet xmlns="${MAIN}">${own.length > 0 ? `<numFmts count="${own.length}">${own.join('')}</numFmts>` : ''}
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="${xfs.length}">${xfs.join('')}</cellXfs></styleSheet>`;
}

/** An inline text, whose XML is given. */
export const inline = (xml: string, reference = '') =>
  `<c${reference && ` r="${reference}"`} t="inlineStr"><is><t xml:space="preserve">${xml}</t></is></c>`;
