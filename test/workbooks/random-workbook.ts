import { Random } from '../../samples/random.ts';
import type { WorkbookParts } from '../setup/workbook.ts';
import { type Cell, type Table, tableOf } from './table.ts';

const FORMATS = ['yyyy-mm-dd', '00000', '#,##0.00', 14, 22] as const;
const [DATE, PADDED, MONEY, DAY, MOMENT] = [1, 2, 3, 4, 5];
const WORDS = [
  'Groß',
  'Zoë',
  '東京',
  '😀',
  'a & b',
  '<tag>',
  'tab\there',
  'back\\slash',
  '\\N',
  'line\nend',
  ' ',
  "'",
  '"',
];
const MOST_ROWS = 60;
const MOST_COLUMNS = 30;

const columnName = (column: number): string =>
  (column < 26 ? '' : columnName(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

/**
 * A workbook of any cells in any writing, and the table that it holds.
 * @param plain without what other readers are known to read otherwise
 */
export function randomWorkbook(seed: string, plain: boolean): { book: WorkbookParts; table: Table } {
  const random = new Random(seed);
  const strings: string[] = [];
  const meant: Cell[] = [];
  let rows = '';
  let number = random.chance(0.3) ? random.integer(2, 9) : 1;
  const width = random.integer(1, MOST_COLUMNS);
  const last = number + random.integer(1, MOST_ROWS);
  for (let first = true; number <= last; first = false) {
    let cells = '';
    let before = -1;
    for (let column = 0; column < width; column++) {
      if (!first && random.chance(0.15)) continue;
      const { xml, text } = first ? textCell(`column ${column}`) : cell();
      const follows = before === column - 1;
      const reference = follows && random.chance(0.1) ? '' : ` r="${columnName(column)}${number}"`;
      cells += xml.replace('<c', () => `<c${reference}`);
      before = column;
      if (text !== '') meant.push([number, column, text]);
    }
    rows += random.chance(0.9)
      ? `<row r="${number}">${cells}</row>`
      : `<row spans="1:${width}" r='${number}' ht="15">${cells}</row>`;
    number += random.chance(0.1) ? random.integer(2, 5) : 1;
  }
  const prefix = !plain && random.chance(0.3) ? 'x:' : '';
  const wide = !plain && random.chance(0.3);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const xml = `<worksheet xmlns="${main}" xmlns:x="${main}"><sheetData>${rows}</sheetData></worksheet>`;
  const named = xml.replace(/<!\[CDATA\[.*?\]\]>|<(\/?)(?=[a-z])/gis, (all, slash) =>
    slash === undefined ? all : `<${slash}${prefix}`,
  );
  const sheet = wide ? Buffer.from(`\ufeff${named}`, 'utf16le') : named;
  const book: WorkbookParts = {
    sheet,
    strings,
    formats: [...FORMATS],
    entry: random.pick<WorkbookParts['entry'] & {}>([
      {},
      { stored: true },
      { descriptor: true },
      ...(plain ? [] : [{ zip64: true }, { stored: true, descriptor: true }]),
    ]),
  };
  return { book, table: tableOf(meant) };

  function cell(): { xml: string; text: string } {
    switch (random.integer(0, 6)) {
      case 0:
        return { xml: random.pick(['<c/>', '<c></c>', '<c><v></v></c>']), text: '' };
      case 1: {
        const value = random.integer(-1_000_000, 1_000_000) / random.pick([1, 10, 100, 1000]);
        const exponent = value === 0 ? '0' : value.toExponential();
        return {
          xml: `<c${random.chance(0.3) ? ` s="${MONEY}"` : ''}><v>${random.pick([String(value), exponent])}</v></c>`,
          text: String(value),
        };
      }
      case 2: {
        const day = random.integer(61, 80_000);
        const text = new Date((day - 25_569) * 86_400_000).toISOString().slice(0, 10);
        if (random.chance(0.6)) return { xml: `<c s="${random.pick([DATE, DAY])}"><v>${day}</v></c>`, text };
        const second = random.integer(1, 86_399);
        const time = new Date(second * 1000).toISOString().slice(11, 19);
        return { xml: `<c s="${MOMENT}"><v>${day + second / 86_400}</v></c>`, text: `${text} ${time}` };
      }
      case 3: {
        const value = random.integer(0, 99_999);
        return { xml: `<c s="${PADDED}"><v>${value}</v></c>`, text: String(value).padStart(5, '0') };
      }
      case 4: {
        const truth = random.chance(0.5);
        return { xml: `<c t="b"><v>${truth ? 1 : 0}</v></c>`, text: truth ? 'TRUE' : 'FALSE' };
      }
      default:
        return textCell(
          Array.from({ length: random.integer(0, 6) }, () => random.pick(WORDS)).join(random.pick(['', ' '])),
        );
    }
  }

  function textCell(text: string): { xml: string; text: string } {
    switch (random.integer(0, 2)) {
      case 0:
        return { xml: `<c t="inlineStr"><is>${content(text)}</is></c>`, text };
      case 1:
        return { xml: `<c t="str"><f>A1</f><v>${written(text)}</v></c>`, text };
      default:
        strings.push(content(text));
        return { xml: `<c t="s"><v>${strings.length - 1}</v></c>`, text };
    }
  }

  function content(text: string): string {
    const t = (part: string) => `<t xml:space="preserve">${written(part)}</t>`;
    if (!random.chance(0.2)) return t(text);
    const cut = random.integer(0, [...text].length);
    const characters = [...text];
    const runs = [characters.slice(0, cut), characters.slice(cut)].map(
      (run) => `<r><rPr><b/></rPr>${t(run.join(''))}</r>`,
    );
    return `${runs.join('')}${plain ? '' : '<rPh sb="0" eb="1"><t>no</t></rPh>'}`;
  }

  function written(text: string): string {
    if (!plain && random.chance(0.2) && text !== '') return `<![CDATA[${text}]]>`;
    return [...text].map(character).join('');
  }

  function character(one: string): string {
    const named: Record<string, string> = {
      '&': '&amp;',
      '<': '&lt;',
      '>': '&gt;',
      '"': '&quot;',
      "'": '&apos;',
    };
    if (!plain && random.chance(0.05)) return `&#x${one.codePointAt(0)!.toString(16)};`;
    if (!plain && random.chance(0.02) && one.length === 1)
      return `_x${one.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`;
    if (!plain && random.chance(0.02)) return `<!-- - -->${named[one] ?? one}`;
    return named[one] ?? one;
  }
}
