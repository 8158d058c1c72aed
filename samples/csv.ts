import { asText } from './cell.ts';
import type { Damage, Row } from './row.ts';
import type { CsvLayout, CsvWriting, SampleFile } from './sample-file.ts';

const BYTE_ORDER_MARK = '\ufeff';

/** A file's bytes as CSV (RFC 4180): quoted only where it must be. */
export function csvOf(file: SampleFile, layout: CsvLayout): Buffer {
  const chunks = [layout.byteOrderMark ? BYTE_ORDER_MARK : '', csvHeader(file.header, layout)];
  for (const row of file.rows) chunks.push(csvRow(row, file.header, layout));
  // What follows an open quote belongs to it: no newline, or it would be part of the value.
  if (file.rows.at(-1)?.damage?.reason === 'unterminated_quote') chunks.push(chunks.pop()!.trimEnd());
  return csvBytes(chunks.join(''), layout);
}

export function csvRow(
  row: Row,
  header: readonly string[],
  { newline, delimiter = ',' }: CsvWriting,
): string {
  const gap = row.gapBefore === 'delimiters' ? delimiter.repeat(header.length - 1) + newline : newline;
  const content = row.damage?.text ?? record(values(row, header), delimiter);
  return `${row.gapBefore ? gap : ''}${content}${newline}`;
}

export const csvHeader = (header: readonly string[], { newline, delimiter = ',' }: CsvWriting): string =>
  record(header, delimiter) + newline;

export const csvBytes = (text: string, { encoding = 'utf8' }: Pick<CsvWriting, 'encoding'>): Buffer =>
  Buffer.from(text, encoding);

/** What a good row becomes when its writer gets it wrong, so that it must be rejected for this reason. */
export function damaged(
  row: Row,
  header: readonly string[],
  how: Damage | 'junk_after_quote',
  delimiter: string,
) {
  const written = (some: readonly string[]) => record(some, delimiter);
  const all = values(row, header);
  // Line breaks and quotes of the record's own would leave open where it ends.
  const fields = all.map((value) => value.replace(/["\r\n]/g, ' '));
  const with2nd = (raw: string) =>
    [written(fields.slice(0, 1)), raw, written(fields.slice(2))].join(delimiter);
  switch (how) {
    case 'too_few_fields':
      return { reason: how, text: written(fields.slice(0, -3)) };
    case 'too_many_fields':
      return { reason: how, text: written([...fields, 'A', 'B']) };
    case 'stray_quote':
      return { reason: how, text: with2nd('6" pipe') };
    case 'junk_after_quote':
      return { reason: 'stray_quote' as const, text: with2nd('"Nick"name') };
    case 'unterminated_quote':
      return { reason: how, text: `${written(fields.slice(0, -1))}${delimiter}"never closed` };
    case 'end_of_data_marker':
      return { reason: how, text: '\\.' };
  }
}

const values = (row: Row, header: readonly string[]) =>
  header.map((name) => (row.fields[name] ? asText(row.fields[name].cell) : ''));

const record = (fields: readonly string[], delimiter: string) =>
  fields
    .map((value) =>
      /["\r\n]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value,
    )
    .join(delimiter);
