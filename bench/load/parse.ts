/** Reads a workbook as a load does, up to COPY: `node bench/load/parse.ts FILE`. Prints how many rows it has. */
import { createReadStream, statSync } from 'node:fs';
import { Workbook } from '../../src/load/workbook/workbook.ts';

const [path] = process.argv.slice(2);
const MAX_BYTES = 2 ** 32;
const source = {
  size: statSync(path!).size,
  read: (range: { start: number; end?: number }) => createReadStream(path!, range),
};
const book = await Workbook.open(source, { headerOnly: true, maxBytes: MAX_BYTES, sheet: undefined });
const text = book.copyText('00000000-0000-0000-0000-000000000000');
let next = await text.next();
while (!next.done) next = await text.next();
await book.close();
console.log(next.value);
