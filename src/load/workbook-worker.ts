import { parentPort, workerData } from 'node:worker_threads';
import XLSX from 'xlsx';
import { cellText } from './workbook-cells.ts';

/** What the worker is given, and what it answers: first a header, then a batch for every `next`. */
export interface WorkbookTask {
  bytes: Uint8Array;
  headerOnly: boolean;
  /** The sheet's name; undefined for the first visible one. */
  sheet: string | undefined;
}
export type WorkbookAnswer =
  | { kind: 'header'; cells: { text: string; position: number }[]; hasRows: boolean }
  | { kind: 'rows'; rows: { rowNumber: number; fields: (string | null)[] }[]; done: boolean }
  | { kind: 'wrong'; code: 'empty_file' | 'damaged_workbook' | 'encrypted_workbook' }
  | { kind: 'wrong'; code: 'missing_sheet'; sheets: number };

const ROWS_A_BATCH = 2000;
/** Where only the header is asked for: rows to look for it in, and for a row after it, before all of the sheet is read. */
const ROWS_TO_LOOK_AT = 200;

const port = parentPort!;
const { bytes, headerOnly, sheet: asked } = workerData as WorkbookTask;

type Cells = ((XLSX.CellObject | undefined)[] | undefined)[];
interface Sheet {
  cells: Cells;
  date1904: boolean;
}

/** The workbook has no sheet of the name that was asked for. */
class MissingSheet extends Error {
  override name = 'MissingSheet';
  readonly sheets: number;

  constructor(sheets: number) {
    super('no sheet of that name');
    this.sheets = sheets;
  }
}

/** As Excel compares the names of sheets. */
const foldSheet = (name: string) => name.normalize('NFC').trim().toLowerCase();

/** Places of the sheets that may be read, the best first: the one asked for, hidden or not, or all that are visible. */
function candidates(directory: XLSX.WorkBook): number[] {
  const all = [...directory.SheetNames.keys()];
  if (asked === undefined) return all.filter((i) => !directory.Workbook?.Sheets?.[i]?.Hidden);
  const found = all.filter((i) => foldSheet(directory.SheetNames[i]!) === foldSheet(asked));
  if (found.length === 0) throw new MissingSheet(all.length);
  return found;
}

/** The worksheet to read; charts have sheets of their own, which are passed over. */
function readSheet(rows?: number): Sheet {
  // Without sheets it tells which are visible; asked for the names only, it does not.
  const directory = XLSX.read(bytes, { type: 'buffer', sheets: [] });
  for (const sheets of candidates(directory)) {
    const options = {
      type: 'buffer',
      dense: true,
      cellNF: true,
      cellText: false,
      cellHTML: false,
      sheets,
    } as const;
    const limited = rows === undefined ? options : { ...options, sheetRows: rows };
    let workbook = XLSX.read(bytes, limited);
    let sheet = workbook.Sheets[workbook.SheetNames[sheets]!];
    if ((sheet as { '!type'?: string } | undefined)?.['!type'] === 'chart') continue;
    if (!sheet?.['!ref']) {
      // SheetJS gives an empty sheet where it stumbled; told to, it says so.
      workbook = XLSX.read(bytes, { ...limited, WTF: true });
      sheet = workbook.Sheets[workbook.SheetNames[sheets]!];
    }
    const cells = (sheet as { '!data'?: Cells } | undefined)?.['!data'] ?? [];
    return { cells, date1904: workbook.Workbook?.WBProps?.date1904 === true };
  }
  return { cells: [], date1904: false };
}

const isBlankRow = ({ cells, date1904 }: Sheet, row: number) =>
  !(cells[row] ?? []).some((cell) => cellText(cell, date1904) !== null);

/** The sheet, and its header's row: the first that is not blank. */
function readTable(): { sheet: Sheet; headerRow: number | undefined } {
  const find = (sheet: Sheet) => ({
    sheet,
    headerRow: Array.from(sheet.cells.keys()).find((row) => !isBlankRow(sheet, row)),
  });
  if (!headerOnly) return find(readSheet());
  const { sheet, headerRow } = find(readSheet(ROWS_TO_LOOK_AT));
  const hasRow =
    headerRow !== undefined && sheet.cells.some((_, row) => row > headerRow && !isBlankRow(sheet, row));
  return hasRow ? { sheet, headerRow } : find(readSheet());
}

function* answers(): Generator<WorkbookAnswer> {
  const { sheet, headerRow } = readTable();
  const { cells, date1904 } = sheet;
  const text = (row: number, column: number) => cellText(cells[row]?.[column], date1904);
  if (headerRow === undefined) return yield { kind: 'wrong', code: 'empty_file' };

  const header = new Map<number, string>();
  (cells[headerRow] ?? []).forEach((_, column) => {
    const name = text(headerRow, column);
    if (name !== null && name.trim() !== '') header.set(column, name);
  });
  let hasRows = false;
  for (let row = headerRow + 1; row < cells.length; row++) {
    (cells[row] ?? []).forEach((_, column) => {
      if (text(row, column) === null) return;
      hasRows = true;
      // A value under an empty header cell, or beyond the header, gets a column of its own.
      if (!header.has(column)) header.set(column, '');
    });
    if (hasRows && headerOnly) break;
  }
  const columns = [...header.keys()].sort((a, b) => a - b);
  yield {
    kind: 'header',
    cells: columns.map((column) => ({ text: header.get(column)!, position: column + 1 })),
    hasRows,
  };

  let rows: { rowNumber: number; fields: (string | null)[] }[] = [];
  for (let row = headerRow + 1; row < cells.length; row++) {
    const fields = columns.map((column) => text(row, column));
    cells[row] = undefined;
    if (fields.some((field) => field !== null)) rows.push({ rowNumber: row - headerRow, fields });
    if (rows.length === ROWS_A_BATCH) {
      yield { kind: 'rows', rows, done: false };
      rows = [];
    }
  }
  yield { kind: 'rows', rows, done: true };
}

/** SheetJS's messages can quote what they stumbled over: only the kind of trouble is passed on. */
function troubleOf(error: unknown): WorkbookAnswer {
  if (error instanceof MissingSheet) return { kind: 'wrong', code: 'missing_sheet', sheets: error.sheets };
  const protectedByPassword = error instanceof Error && /password|encrypt/i.test(error.message);
  return { kind: 'wrong', code: protectedByPassword ? 'encrypted_workbook' : 'damaged_workbook' };
}

const iterator = answers();
port.on('message', () => {
  let answer: WorkbookAnswer | undefined;
  try {
    answer = iterator.next().value ?? undefined;
  } catch (error) {
    answer = troubleOf(error);
  }
  if (answer) port.postMessage(answer);
  if (!answer || answer.kind === 'wrong' || (answer.kind === 'rows' && answer.done)) port.close();
});
