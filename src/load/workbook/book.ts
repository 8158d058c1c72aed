import type { CellFormat } from './number-formats.ts';
import { refused } from './refusals.ts';
import { cellFormats } from './styles.ts';
import { elements } from './xml.ts';
import type { WorkbookZip } from './zip.ts';

/** Parts that tell of others, and the styles; those of large workbooks have some hundred KiB. */
const MAX_PART_BYTES = 16 * 1024 * 1024;

/** What has to be known of a workbook to read one of its sheets. */
export interface Book {
  /** Name of the sheet's part; undefined where no sheet is to be read. */
  sheet: string | undefined;
  /** Name of the shared strings' part, where there is one. */
  strings: string | undefined;
  formats: CellFormat[];
  /** Whether its days count from 1904. */
  date1904: boolean;
}

interface Relation {
  /** The last word of its type, as the two dialects of the format agree on these. */
  type: string;
  part: string;
}

/**
 * Finds the parts of a workbook that are read.
 * @param asked name of the sheet; undefined for the first visible one
 * @throws FileRejected
 */
export async function readBook(zip: WorkbookZip, asked: string | undefined): Promise<Book> {
  const workbook = await workbookPart(zip);
  const relations = await relationsOf(zip, workbook);
  const sheets: { name: string; visible: boolean; relation: Relation | undefined }[] = [];
  let date1904 = false;
  for (const { name, attributes } of elements(await zip.whole(workbook, MAX_PART_BYTES))) {
    if (name === 'workbookPr') date1904 = ['1', 'true', 'on'].includes(attributes.get('date1904') ?? '');
    if (name !== 'sheet') continue;
    const visible = (attributes.get('state') ?? 'visible') === 'visible';
    const relation = relations.get(attributes.get('id') ?? '');
    sheets.push({ name: attributes.get('name') ?? '', visible, relation });
  }
  const candidates = sheets.filter(({ name, visible }) =>
    asked === undefined ? visible : foldSheet(name) === foldSheet(asked),
  );
  if (asked !== undefined && candidates.length === 0) throw refused.missingSheet(asked, sheets.length);
  const partOf = (type: string) =>
    [...relations.values()].find((each) => each.type === type && zip.has(each.part))?.part;
  const styles = partOf('styles');
  return {
    // Charts have sheets of their own, which are passed over.
    sheet: candidates.find(({ relation }) => relation === undefined || relation.type === 'worksheet')
      ?.relation?.part,
    strings: partOf('sharedStrings'),
    formats: styles === undefined ? [] : cellFormats(await zip.whole(styles, MAX_PART_BYTES)),
    date1904,
  };
}

/** As Excel compares the names of sheets. */
const foldSheet = (name: string) => name.normalize('NFC').trim().toLowerCase();

async function workbookPart(zip: WorkbookZip): Promise<string> {
  const usual = 'xl/workbook.xml';
  const part = zip.has('_rels/.rels')
    ? [...(await relationsOf(zip, '')).values()].find(({ type }) => type === 'officeDocument')?.part
    : undefined;
  if (part?.endsWith('.bin') || zip.has('xl/workbook.bin'))
    throw refused.otherWorkbook('a binary workbook (.xlsb)');
  if (zip.has('content.xml') && zip.has('mimetype'))
    throw refused.otherWorkbook('an OpenDocument file (.ods)');
  if (zip.has('Index/Document.iwa')) throw refused.otherWorkbook('a Numbers document');
  const found = [part, usual].find((each) => each !== undefined && zip.has(each));
  if (found === undefined) throw refused.notWorkbook();
  return found;
}

/** The relations of a part, or of the package where it is empty, by their ids. */
async function relationsOf(zip: WorkbookZip, part: string): Promise<Map<string, Relation>> {
  const folder = part.slice(0, part.lastIndexOf('/') + 1);
  const name = `${folder}_rels/${part.slice(folder.length)}.rels`;
  const relations = new Map<string, Relation>();
  if (!zip.has(name)) return relations;
  for (const { name: element, attributes } of elements(await zip.whole(name, MAX_PART_BYTES))) {
    if (element !== 'Relationship' || attributes.get('TargetMode') === 'External') continue;
    const target = partName(folder, attributes.get('Target') ?? '');
    const type = (attributes.get('Type') ?? '').split('/').at(-1)!;
    if (target !== undefined) relations.set(attributes.get('Id') ?? '', { type, part: target });
  }
  return relations;
}

/** The part that a target means: as a path within the package, beginning in `folder` (ECMA-376 part 2, 6.5.3). */
function partName(folder: string, target: string): string | undefined {
  try {
    const { pathname } = new URL(target, `package:///${folder}`);
    return decodeURIComponent(pathname).replace(/^\/+/, '');
  } catch {
    return undefined;
  }
}
