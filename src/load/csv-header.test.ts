import { describe, expect, test } from 'vitest';
import { readCsvHeader, type Writing } from './csv-header.ts';

const read = (text: string | Buffer, writing?: Writing, whole = true) => {
  const header = readCsvHeader(Buffer.from(text as string), whole, writing);
  return { cells: header.cells.map((cell) => cell.text), ...header.dialect, dataOffset: header.dataOffset };
};

describe('the delimiter', () => {
  test.each<[string, string, Writing | undefined, string, string[]]>([
    ['is a comma', 'a,b\n', undefined, ',', ['a', 'b']],
    ['is recognised', 'a;b\n', undefined, ';', ['a', 'b']],
    ['is recognised among quoted ones', '"a,b";"c,d,e"\n', undefined, ';', ['a,b', 'c,d,e']],
    ['is as described', 'a;b\n', { delimiter: ';' }, ';', ['a', 'b']],
    ['is as described, others more often', 'a,x,y;b\n', { delimiter: ';' }, ';', ['a,x,y', 'b']],
    ['is a pipe', '|a||b|\n', { delimiter: '|' }, '|', ['', 'a', '', 'b', '']],
    ['is a tab, and a cell has a comma', 'a\tb,c\n', { delimiter: '\t' }, '\t', ['a', 'b,c']],
  ])('%s', (_, text, writing, delimiter, cells) => {
    expect(read(text, writing)).toMatchObject({ delimiter, cells });
  });

  test('another one than described is named', () => {
    expect(() => read('a,b,c\n1,2,3\n', { delimiter: ';' })).toThrow(
      "The feed's files are delimited by semicolons, and this one's header by commas.",
    );
  });
});

describe('the encoding', () => {
  test('of the header is the one described', () => {
    const latin9 = Buffer.from('Betrag \xa4;Stra\xdfe\n', 'latin1');
    expect(read(latin9, { encoding: 'ISO-8859-15' }).cells).toEqual(['Betrag €', 'Straße']);
    expect(read(latin9).cells).toEqual(['Betrag ¤', 'Straße']);
  });

  test('of the rows is looked at too, and a character that is cut off is not wrong', () => {
    const bytes = Buffer.from('a,b\n1,é');
    expect(() => read(bytes.subarray(0, -1), { encoding: 'UTF-8' }, false)).not.toThrow();
    expect(() => read(bytes.subarray(0, -1), { encoding: 'UTF-8' })).toThrow(/encoding is UTF-8/);
    expect(() => read(bytes, { encoding: 'ISO-8859-1' }, false)).toThrow(/written in UTF-8/);
  });

  test('UTF-16 begins after its mark', () => {
    const bytes = Buffer.from('\ufeffä;b\n1;2\n', 'utf16le');
    expect(read(bytes, { encoding: 'UTF-16', delimiter: ';' })).toMatchObject({
      cells: ['ä', 'b'],
      dataOffset: 10,
    });
  });
});
