import { Readable } from 'node:stream';
import { Workbook } from '../../src/load/workbook/workbook.ts';
import type { Ranges } from '../../src/load/workbook/zip.ts';
import type { Table } from './table.ts';

/** Bytes in memory as a storage has them. */
export const rangesOf = (bytes: Buffer): Ranges => ({
  size: bytes.length,
  read: ({ start, end }) => Readable.from([bytes.subarray(start, end + 1)]),
});

/** Opens a workbook that is in memory. */
export const open = (
  bytes: Buffer,
  options: { headerOnly?: boolean; maxBytes?: number; sheet?: string } = {},
) => Workbook.open(rangesOf(bytes), { headerOnly: false, maxBytes: 2 ** 28, sheet: undefined, ...options });

/** A workbook by our own reader. */
export async function read(bytes: Buffer, sheet?: string): Promise<Table> {
  const book = await open(bytes, sheet === undefined ? {} : { sheet });
  try {
    const rows: Table['rows'] = [];
    for await (const batch of book.batches()) rows.push(...batch.rows);
    return { header: book.cells, rows };
  } finally {
    await book.close();
  }
}
