import { parentPort, workerData } from 'node:worker_threads';
import XLSX from 'xlsx';
import { cellText } from './workbook-cells.ts';

/** What the worker is given, and what it answers: first a header, then a batch for every `next`. */
export interface WorkbookTask {
  bytes: Uint8Array;
  headerOnly: boolean;
}
export type WorkbookAnswer =
  | { kind: 'header'; cells: { text: string; position: number }[]; hasRows: boolean }
  | { kind: 'rows'; rows: { rowNumber: number; fields: (string | null)[] }[]; done: boolean }
  | { kind: 'wrong'; code: 'empty_file' | 'damaged_workbook' | 'encrypted_workbook' };

const ROWS_A_BATCH = 2000;
/** Where only the header is asked for: rows to look for it in, and for a row after it. */
const ROWS_TO_LOOK_AT = 200;

const port = parentPort!;
const { bytes, headerOnly } = workerData as WorkbookTask;

function readSheet() {
  const limit = headerOnly ? { sheetRows: ROWS_TO_LOOK_AT } : {};
  const options = {
    type: 'buffer',
    dense: true,
    cellNF: true,
    cellText: false,
    cellHTML: false,
    cellFormula: false,
    ...limit,
  } as const;
  // Without sheets it tells which are visible; with only the names, it does not.
  const directory = XLSX.read(bytes, { type: 'buffer', sheets: [] });
  const workbook = XLSX.read(bytes, { ...options, sheets: firstVisible(directory) });
  const sheet = workbook.Sheets[workbook.SheetNames[firstVisible(workbook)]!];
  const cells = ((sheet as { '!data'?: (XLSX.CellObject[] | undefined)[] } | undefined)?.['!data'] ?? []) as (
    | (XLSX.CellObject | undefined)[]
    | undefined
  )[];
  return { cells, date1904: workbook.Workbook?.WBProps?.date1904 === true };
}

function firstVisible(workbook: XLSX.WorkBook): number {
  const index = workbook.SheetNames.findIndex((_, i) => !workbook.Workbook?.Sheets?.[i]?.Hidden);
  return Math.max(0, index);
}

function* answers(): Generator<WorkbookAnswer> {
  const { cells, date1904 } = readSheet();
  const text = (row: number, column: number) => cellText(cells[row]?.[column], date1904);
  const isBlank = (row: number) => !(cells[row] ?? []).some((_, column) => text(row, column) !== null);
  const headerRow = Array.from(cells.keys()).find((row) => !isBlank(row));
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

const iterator = answers();
port.on('message', () => {
  let answer: WorkbookAnswer | undefined;
  try {
    answer = iterator.next().value ?? undefined;
  } catch (error) {
    // SheetJS's messages can quote what they stumbled over: only the kind of trouble is passed on.
    const protectedByPassword = error instanceof Error && /password|encrypt/i.test(error.message);
    answer = { kind: 'wrong', code: protectedByPassword ? 'encrypted_workbook' : 'damaged_workbook' };
  }
  if (answer) port.postMessage(answer);
  if (!answer || answer.kind === 'wrong' || (answer.kind === 'rows' && answer.done)) port.close();
});
