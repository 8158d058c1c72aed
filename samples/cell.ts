import { american, serial } from './date.ts';

/** What stands in one cell. A CSV writes its text; a workbook keeps numbers as numbers, with a format. */
export type Cell = Text | NumberCell | Blank;
interface Text {
  kind: 'text';
  text: string;
}
interface NumberCell {
  kind: 'number';
  number: number;
  /** Excel's number format; none is `General`. */
  format?: string;
  /** What a person reads in the cell; a CSV saved from the workbook has this. */
  shown?: string;
}
interface Blank {
  kind: 'blank';
}

export const ZIP_FORMAT = '00000';
/** Excel's own "phone number" format; it must not be taken for a date. */
export const PHONE_FORMAT = '[<=9999999]###-####;(###) ###-####';
export const MONEY_FORMAT = '#,##0.00';
/** Day formats as Excel writes them: its own short date, a plain custom one, and a long one with a locale. */
export const DATE_FORMATS = ['m/d/yy', 'm/d/yyyy', '[$-409]mmmm d, yyyy;@'] as const;

export const BLANK: Cell = { kind: 'blank' };

export const text = (value: string): Cell => (value === '' ? BLANK : { kind: 'text', text: value });

export function number(value: number, format?: string): Cell {
  if (format === undefined) return { kind: 'number', number: value };
  if (format !== ZIP_FORMAT) return { kind: 'number', number: value, format };
  return { kind: 'number', number: value, format, shown: String(value).padStart(5, '0') };
}

export const dateCell = (iso: string, format: string): Cell => ({
  kind: 'number',
  number: serial(iso),
  format,
  shown: american(iso),
});

/** The cell's characters in a CSV; also what tells two rows apart. */
export function asText(cell: Cell): string {
  if (cell.kind === 'blank') return '';
  if (cell.kind === 'text') return cell.text;
  return cell.shown ?? String(cell.number);
}
