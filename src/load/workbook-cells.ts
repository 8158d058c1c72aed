import XLSX from 'xlsx';

/** Excel's error codes as they are stored, and as Excel shows them (ECMA-376, 18.18.11). */
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
/** 9999-12-31, the last day that Excel shows as a date. */
const LAST_SERIAL = 2_958_465;

/** A cell's value as text, as the design has it: a blank cell is null. */
export function cellText(cell: XLSX.CellObject | undefined, date1904: boolean): string | null {
  if (cell === undefined || cell.v === undefined || cell.v === null) return null;
  switch (cell.t) {
    case 's':
      return cell.v === '' ? null : String(cell.v);
    case 'b':
      return cell.v ? 'TRUE' : 'FALSE';
    case 'e':
      return ERRORS[Number(cell.v)] ?? '#UNKNOWN!';
    case 'n':
      return numberText(Number(cell.v), String(cell.z ?? 'General'), date1904);
    default:
      return null;
  }
}

function numberText(value: number, format: string, date1904: boolean): string | null {
  if (!Number.isFinite(value)) return null;
  if (XLSX.SSF.is_date(format)) return dateText(value, date1904) ?? plainDecimal(value);
  // Formats such as 00000 or 000-00-0000 show zeros that are part of the code.
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
  const secondOfDay = seconds % 86_400;
  if (secondOfDay === 0) return date;
  const time = `${two(Math.floor(secondOfDay / 3600))}:${two(Math.floor(secondOfDay / 60) % 60)}:${two(secondOfDay % 60)}`;
  return seconds < 86_400 ? time : `${date} ${time}`;
}

/** The shortest decimal that reads back as the same number, without an exponent: `42711784`, never `4.2711784E7`. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign, whole, fraction = '', exponent] = match;
  const digits = whole + fraction;
  const point = whole!.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
