/** A cell that holds a value: its row, 1 for the first; its column, 0 for the first; its text. */
export type Cell = [row: number, column: number, text: string];

export interface Table {
  header: { text: string; position: number }[];
  rows: { rowNumber: number; fields: (string | null)[] }[];
}

/** A sheet's cells as the table that they are: the rules of headers, columns and row numbers, said once more. */
export function tableOf(cells: Cell[]): Table {
  const headerRow = Math.min(...cells.map(([row]) => row));
  const names = new Map(cells.filter(([row]) => row === headerRow).map(([, column, text]) => [column, text]));
  const used = new Set(cells.filter(([row]) => row > headerRow).map(([, column]) => column));
  for (const [column, text] of names) if (text.trim() === '') names.delete(column);
  const columns = [...new Set([...names.keys(), ...used])].sort((a, b) => a - b);
  const byRow = new Map<number, (string | null)[]>();
  for (const [row, column, text] of cells) {
    if (row === headerRow) continue;
    const fields = byRow.get(row) ?? columns.map(() => null);
    fields[columns.indexOf(column)] = text;
    byRow.set(row, fields);
  }
  return {
    header: columns.map((column) => ({ text: names.get(column) ?? '', position: column + 1 })),
    rows: [...byRow]
      .sort(([a], [b]) => a - b)
      .map(([row, fields]) => ({ rowNumber: row - headerRow, fields })),
  };
}
