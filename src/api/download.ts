export async function* asJsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** CSV for people, who open it with Excel. */
export async function* asCsv(rows: AsyncIterable<object>): AsyncGenerator<string> {
  yield 'row_number,reason,message,raw\n';
  for await (const row of rows) yield `${Object.values(row).map(csvCell).join(',')}\n`;
}

/** What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width forms among it. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A quoted cell that no spreadsheet executes: an apostrophe before it makes it text. */
export function csvCell(value: unknown): string {
  const text = String(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
