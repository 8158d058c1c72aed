import { parentPort, workerData } from 'node:worker_threads';
import XLSX from 'xlsx';
import { numberText } from '../workbook/cell-values.ts';
import { formatOf } from '../workbook/number-formats.ts';
import type { OldWorkbook } from './old-workbook.ts';

export interface Task {
  bytes: Uint8Array;
  /** The sheet's name; undefined for the first visible one. */
  sheet: string | undefined;
}
export type Answer =
  | OldWorkbook
  | { wrong: 'damaged' | 'empty' | 'encrypted' | 'notWorkbook' | 'unreadable'; sheets: 0 }
  | { wrong: 'missingSheet'; sheets: number };

const OPTIONS = {
  type: 'buffer',
  dense: true,
  cellNF: true,
  cellText: false,
  cellHTML: false,
  cellFormula: false,
} as const;
/** Excel's error codes as they are stored, and as Excel shows them (MS-XLS, 2.5.10). */
const ERRORS: Record<number, string> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
};

type Sheet = { '!data'?: (XLSX.CellObject[] | undefined)[]; '!type'?: string };
type Cells = Map<number, string>;

function read(bytes: Buffer, asked: string | undefined): Answer {
  const wrong = foreign(bytes);
  if (wrong) return wrong;
  const book = XLSX.read(bytes, OPTIONS);
  // As Excel compares the names of sheets.
  const fold = (name: string) => name.normalize('NFC').trim().toLowerCase();
  const names = book.SheetNames.filter((name, i) =>
    asked === undefined ? !book.Workbook?.Sheets?.[i]?.Hidden : fold(name) === fold(asked),
  );
  if (asked !== undefined && names.length === 0)
    return { wrong: 'missingSheet', sheets: book.SheetNames.length };
  const sheets = names.map((name) => book.Sheets[name] as Sheet | undefined);
  // Charts have sheets of their own, which are passed over.
  const sheet = sheets.find((each) => each?.['!type'] !== 'chart');
  return tableOf(sheet?.['!data'] ?? [], book.Workbook?.WBProps?.date1904 === true);
}

/** What a compound file is that is not to be read: names of its streams tell (MS-XLS, 2.1.2; MS-OFFCRYPTO, 2.3). */
function foreign(bytes: Buffer): Answer | undefined {
  let file: ReturnType<typeof XLSX.CFB.read>;
  try {
    file = XLSX.CFB.read(bytes, { type: 'buffer' });
  } catch {
    const cutOff = bytes.includes(Buffer.from('Workbook', 'utf16le'));
    return { wrong: cutOff ? 'damaged' : 'unreadable', sheets: 0 };
  }
  if (XLSX.CFB.find(file, 'EncryptedPackage')) return { wrong: 'encrypted', sheets: 0 };
  const book = XLSX.CFB.find(file, 'Workbook') ?? XLSX.CFB.find(file, 'Book');
  if (!book) return { wrong: 'notWorkbook', sheets: 0 };
  return isWhole(book.content as Buffer, book.size) ? undefined : { wrong: 'damaged', sheets: 0 };
}

const [BEGIN, END] = [0x0809, 0x000a];

/** Whether records follow one another up to the end of the last substream (MS-XLS, 2.1.4): of one cut off, SheetJS reads what is there. */
function isWhole(stream: Buffer, size: number): boolean {
  if (stream.length < size) return false;
  let [begun, ended] = [0, 0];
  for (let offset = 0; offset + 4 <= size; offset += 4 + stream.readUInt16LE(offset + 2)) {
    const type = stream.readUInt16LE(offset);
    if (type === BEGIN) begun++;
    else if (type === END) ended++;
    // What fills the stream up to its end.
    else if (begun === ended) break;
  }
  return begun > 0 && begun === ended;
}

/** The header is the first row that is not blank; a value under no name gets a column of its own. */
function tableOf(data: NonNullable<Sheet['!data']>, date1904: boolean): Answer {
  let headerRow: number | undefined;
  const names: Cells = new Map();
  const rows: { rowNumber: number; cells: Cells }[] = [];
  for (const [row, line] of data.entries()) {
    const cells: Cells = new Map();
    line?.forEach((cell, column) => {
      const text = cellText(cell, date1904);
      if (text !== '') cells.set(column, text);
    });
    if (cells.size === 0) continue;
    if (headerRow === undefined) {
      headerRow = row;
      for (const [column, name] of cells) if (name.trim() !== '') names.set(column, name);
    } else {
      rows.push({ rowNumber: row - headerRow, cells });
      for (const column of cells.keys()) if (!names.has(column)) names.set(column, '');
    }
  }
  if (headerRow === undefined) return { wrong: 'empty', sheets: 0 };
  const columns = [...names.keys()].sort((a, b) => a - b);
  return {
    cells: columns.map((column) => ({ text: names.get(column)!, position: column + 1 })),
    rows: rows.map(({ rowNumber, cells }) => ({
      rowNumber,
      fields: columns.map((column) => cells.get(column) ?? null),
    })),
  };
}

/** As the reader of newer workbooks writes it; empty where a cell says nothing. */
function cellText(cell: XLSX.CellObject | undefined, date1904: boolean): string {
  if (cell?.v === undefined || cell.v === null) return '';
  switch (cell.t) {
    case 's':
      return String(cell.v);
    case 'b':
      return cell.v ? 'TRUE' : 'FALSE';
    case 'e':
      return ERRORS[Number(cell.v)] ?? '#UNKNOWN!';
    case 'n':
      return Number.isFinite(cell.v)
        ? numberText(Number(cell.v), formatOf(String(cell.z ?? 'General')), date1904)
        : '';
    default:
      return '';
  }
}

/** SheetJS's messages can quote what they stumbled over: only the kind of trouble is passed on. */
function attempt({ bytes, sheet }: Task): Answer {
  try {
    // As a thread gets it, it is a Buffer no longer, and SheetJS reads it another way.
    return read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), sheet);
  } catch (error) {
    const locked = error instanceof Error && /password|encrypt/i.test(error.message);
    return { wrong: locked ? 'encrypted' : 'damaged', sheets: 0 };
  }
}

parentPort!.postMessage(attempt(workerData as Task));
