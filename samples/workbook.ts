import * as XLSX from 'xlsx';
import { type Cell, DATE_FORMATS, ZIP_FORMAT } from './cell.ts';
import type { SampleFile, WorkbookLayout } from './sample-file.ts';

/**
 * A file's bytes as a workbook, as a spreadsheet program leaves it: numbers as number cells, dates as numbers with a
 * date format, texts in the shared strings. SheetJS writes no times, and its own deflate (its ES module never has
 * Node's zlib) gives the same bytes everywhere.
 */
export function workbookOf(file: SampleFile, layout: WorkbookLayout): Buffer {
  const sheet = dataSheet(file, layout);
  const book = XLSX.utils.book_new();
  Object.assign(book, { SSF: { ...BUILT_IN_FORMATS } });
  if (layout.otherSheets) {
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['code', 'meaning']]), 'Lists');
    XLSX.utils.book_append_sheet(book, sheet, layout.sheetName);
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['Prepared by hand']]), 'Notes');
    book.Workbook = { Sheets: [{ Hidden: 1 }, { Hidden: 0 }, { Hidden: 0 }] };
  } else {
    XLSX.utils.book_append_sheet(book, sheet, layout.sheetName);
  }
  return XLSX.write(book, { type: 'buffer', bookType: 'xlsx', bookSST: true, compression: true });
}

/** SheetJS keeps the formats of one workbook in its table for the next: each gets the table as it was at first. */
const BUILT_IN_FORMATS = { ...XLSX.SSF.get_table() };

function dataSheet({ header, rows }: SampleFile, { blankRowsBelow = 0 }: WorkbookLayout): XLSX.WorkSheet {
  const lines: (XLSX.CellObject | undefined)[][] = [header.map((name) => ({ t: 's', v: name }))];
  for (const row of rows) {
    if (row.gapBefore) lines.push([]);
    lines.push(header.map((name) => cellOf(row.fields[name]?.cell)));
  }
  const blankCells: Record<string, XLSX.CellObject> = {
    Dob: { t: 'z', z: DATE_FORMATS[1] },
    Member_Zip: { t: 'z', z: ZIP_FORMAT },
  };
  for (let row = 0; row < blankRowsBelow; row += 1) {
    lines.push(header.map((name) => blankCells[name]));
  }
  const sheet = {
    '!ref': XLSX.utils.encode_range({ r: 0, c: 0 }, { r: lines.length - 1, c: header.length - 1 }),
    '!data': lines,
  };
  return sheet as unknown as XLSX.WorkSheet;
}

function cellOf(cell: Cell | undefined): XLSX.CellObject | undefined {
  if (cell === undefined || cell.kind === 'blank') return undefined;
  if (cell.kind === 'text') return { t: 's', v: cell.text };
  return cell.format === undefined ? { t: 'n', v: cell.number } : { t: 'n', v: cell.number, z: cell.format };
}
