import { builtInFormat, type CellFormat, formatOf } from './number-formats.ts';
import { elements } from './xml.ts';

/** The number format of each cell style, by the style's number: what the attribute `s` of a cell refers to. */
export function cellFormats(styles: Buffer): CellFormat[] {
  const own = new Map<number, CellFormat>();
  const formats: CellFormat[] = [];
  let inCells = false;
  for (const { name, attributes } of elements(styles)) {
    const id = Number(attributes.get('numFmtId') ?? 0);
    if (name === 'numFmt') own.set(id, formatOf(attributes.get('formatCode') ?? ''));
    else if (name === 'xf' && inCells) formats.push(own.get(id) ?? builtInFormat(id));
    // Nothing but `xf` and what is in it stands in cellXfs.
    else if (!['xf', 'alignment', 'protection', 'extLst', 'ext'].includes(name)) inCells = name === 'cellXfs';
  }
  return formats;
}
