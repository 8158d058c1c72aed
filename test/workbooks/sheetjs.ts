import XLSX from 'xlsx';
import { plainDecimal } from '../../src/load/workbook/numbers.ts';
import type { Cell } from './table.ts';

/** 9999-12-31, the last day that Excel shows as a date. */
const LAST_SERIAL = 2_958_465;

/** The cells that hold a value as SheetJS reads them: values and formats are its own, how they are written is Waymark's. */
export function readBySheetJs(bytes: Buffer): Cell[] | string {
  try {
    const options = { type: 'buffer', dense: true, cellNF: true, cellText: false, cellHTML: false } as const;
    const book = XLSX.read(bytes, options);
    const date1904 = book.Workbook?.WBProps?.date1904 === true;
    const visible = book.SheetNames.findIndex((_, i) => !book.Workbook?.Sheets?.[i]?.Hidden);
    const sheet = book.Sheets[book.SheetNames[visible]!] as unknown as { '!data': XLSX.CellObject[][] };
    return (sheet['!data'] ?? []).flatMap((row, r) =>
      row.flatMap((cell, c): Cell[] => {
        const text = cellText(cell, date1904);
        return text === null ? [] : [[r + 1, c, text]];
      }),
    );
  } catch (error) {
    return (error as Error).name;
  }
}

const ERRORS: Record<number, string> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
  43: '#GETTING_DATA',
};

function cellText(cell: XLSX.CellObject | undefined, date1904: boolean): string | null {
  if (cell?.v === undefined || cell.v === null || cell.v === '') return null;
  if (cell.t === 's') return String(cell.v);
  if (cell.t === 'b') return cell.v ? 'TRUE' : 'FALSE';
  if (cell.t === 'e') return ERRORS[Number(cell.v)] ?? '#UNKNOWN!';
  if (cell.t !== 'n') return null;
  const value = Number(cell.v);
  const format = String(cell.z ?? 'General');
  if (!Number.isFinite(value)) return null;
  if (XLSX.SSF.is_date(format)) return dateText(value, date1904) ?? plainDecimal(value);
  if (/^0[0\\-]+$/.test(format) && Number.isInteger(value) && value >= 0)
    return XLSX.SSF.format(format, value);
  return plainDecimal(value);
}

function dateText(serial: number, date1904: boolean): string | undefined {
  const seconds = Math.round(serial * 86_400);
  if (!(seconds >= 0) || serial > LAST_SERIAL) return undefined;
  const code = XLSX.SSF.parse_date_code(seconds / 86_400, { date1904 });
  if (!code) return undefined;
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${String(code.y).padStart(4, '0')}-${two(code.m)}-${two(code.d)}`;
  const second = seconds % 86_400;
  if (second === 0) return date;
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return seconds < 86_400 ? time : `${date} ${time}`;
}
