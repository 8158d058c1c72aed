import { expect, test } from 'vitest';
import XLSX from 'xlsx';
import { sniffFormat } from './sniff.ts';

const old = () => {
  const book = XLSX.utils.book_new(XLSX.utils.aoa_to_sheet([['a'], [1]]), 'a');
  return XLSX.write(book, { type: 'buffer', bookType: 'biff8' }) as Buffer;
};
const encrypted = () => {
  const file = XLSX.CFB.utils.cfb_new();
  XLSX.CFB.utils.cfb_add(file, '/EncryptionInfo', Buffer.alloc(100));
  XLSX.CFB.utils.cfb_add(file, '/EncryptedPackage', Buffer.alloc(10_000));
  return Buffer.from(XLSX.CFB.write(file, { type: 'buffer' }) as Buffer);
};

test.each<[string, Buffer, string, RegExp]>([
  ['an old .xls workbook', old(), 'not_a_workbook', /old \.xls workbook.* save it as \.xlsx/],
  [
    'a protected .xlsx workbook',
    encrypted(),
    'encrypted_workbook',
    /protected by a password\. Save it without/,
  ],
  [
    'another compound file',
    Buffer.from('d0cf11e0a1b11ae1'.padEnd(2000, '0'), 'hex'),
    'encrypted_workbook',
    /or is an old/,
  ],
])('%s is told as such', (_, bytes, code, message) => {
  let thrown: unknown;
  try {
    sniffFormat(bytes);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
});
