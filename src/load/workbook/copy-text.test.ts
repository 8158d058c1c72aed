import { expect, test } from 'vitest';
import { CopyText, UnnamedColumn } from './copy-text.ts';
import { Row } from './row.ts';
import { StringTable } from './shared-strings.ts';

function rows(...each: [number, Record<number, string>][]) {
  const strings = new StringTable();
  const row = new Row(strings);
  return each.map(([number, cells]) => () => {
    row.begin(number);
    for (const [column, text] of Object.entries(cells)) {
      const from = row.text.length;
      row.text.appendXml(Buffer.from(text), 0, Buffer.byteLength(text));
      row.setText(Number(column), from);
    }
    return row;
  });
}

test('lineage, values, nulls', () => {
  const text = new CopyText('file', 3, [0, 2, 5]);
  for (const row of rows([4, { 0: 'a', 5: 'b\tc' }], [9, { 2: 'é' }])) text.add(row());
  expect(Buffer.concat(text.end()).toString()).toBe('file\t1\ta\t\\N\tb\\tc\nfile\t6\t\\N\té\t\\N\n');
  expect(text.rows).toBe(2);
});

test('chunks are filled, and a row that is larger has one of its own', () => {
  const text = new CopyText('f', 0, [0]);
  const [small, large] = ['x'.repeat(1000), 'y'.repeat(500_000)] as const;
  const written = rows(
    ...Array.from({ length: 400 }, (_, i): [number, Record<number, string>] => [
      i + 1,
      { 0: i === 200 ? large : small },
    ]),
  );
  for (const row of written) text.add(row());
  const chunks = [...text.take(), ...text.end()];
  expect(chunks.length).toBeLessThan(8);
  const lines = Buffer.concat(chunks).toString().split('\n');
  expect(lines).toHaveLength(401);
  expect(lines.every((line, i) => i === 400 || line === `f\t${i + 1}\t${i === 200 ? large : small}`)).toBe(
    true,
  );
});

test('a value in a column that is not written is not lost without a word', () => {
  const text = new CopyText('f', 0, [0]);
  expect(() => text.add(rows([1, { 0: 'a', 1: 'b' }])[0]!())).toThrow(UnnamedColumn);
});
