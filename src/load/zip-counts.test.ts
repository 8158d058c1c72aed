import { expect, test } from 'vitest';
import { ElementCounter } from './zip-counts.ts';

const XML = `<?xml version="1.0"?><sheetData><cols><col min="1"/></cols><row r="1"><c r="A1" t="s"><v>0</v></c><c/><c>
</c><x:c r="B1"></x:c><c\tr="C1"/><cc/><cell/></row></sheetData><!-- c -->`;

test.each<[string, Buffer]>([
  ['UTF-8', Buffer.from(XML)],
  ['UTF-16, little-endian', Buffer.from(`\ufeff${XML}`, 'utf16le')],
  ['UTF-16, big-endian', Buffer.from(`\ufeff${XML}`, 'utf16le').swap16()],
])('cells are counted in %s, however it comes', (_, bytes) => {
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const counter = new ElementCounter('c');
    let count = 0;
    for (let at = 0; at < bytes.length; at += size) count += counter.push(bytes.subarray(at, at + size));
    expect(count).toBe(5);
  }
});

test('a name of any length is another one', () => {
  const counter = new ElementCounter('si');
  expect(counter.push(Buffer.from(`<${'s'.repeat(1e6)}i><sis><asi><s:i><si>`))).toBe(1);
});
