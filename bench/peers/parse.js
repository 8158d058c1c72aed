// Reads the first sheet of a workbook into rows and prints how many they are: parse.js sheetjs|hucre FILE
import { createReadStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

const [library, file] = process.argv.slice(2);
const readers = { sheetjs, hucre };
console.log(await readers[library](file));

async function sheetjs(path) {
  const { default: XLSX } = await import('xlsx');
  const book = XLSX.read(readFileSync(path), {
    dense: true,
    cellDates: true,
    UTC: true,
    cellText: false,
    cellHTML: false,
    cellFormula: false,
  });
  const sheet = book.Sheets[book.SheetNames[0]];
  return XLSX.utils.sheet_to_json(sheet, { header: 1, raw: true, defval: null, blankrows: true, UTC: true })
    .length;
}

async function hucre(path) {
  const { streamXlsxRows } = await import('hucre/xlsx');
  let rows = 0;
  for await (const _ of streamXlsxRows(Readable.toWeb(createReadStream(path)))) rows++;
  return rows;
}
