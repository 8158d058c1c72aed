import { describe, expect, test } from 'vitest';
import { type Dialect, RecordReader } from './csv-records.ts';

function read(text: string, width: number, step: number, lineEnd: Dialect['lineEnd'] = 'lf') {
  const reader = new RecordReader({ delimiter: ',', lineEnd }, width);
  const rows: [number, ...(string | null)[]][] = [];
  const rejected: [number, string, string][] = [];
  const take = ({ rows: good, rejected: bad }: ReturnType<RecordReader['push']>) => {
    for (const row of good) rows.push([row.rowNumber, ...row.fields]);
    for (const row of bad) rejected.push([row.rowNumber, row.reason, row.raw]);
  };
  for (let at = 0; at < text.length; at += step) take(reader.push(text.slice(at, at + step)));
  take(reader.end());
  return { rows, rejected };
}

interface Case {
  name: string;
  text: string;
  width?: number;
  lineEnd?: Dialect['lineEnd'];
  rows: [number, ...(string | null)[]][];
  rejected?: [number, string, string][];
}

const cases: Case[] = [
  {
    name: 'plain records',
    text: '1,a\n2,b\n',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'no final newline',
    text: '1,a\n2,b',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'CRLF',
    text: '1,a\r\n2,b\r\n',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'CRLF cut off before its LF',
    text: '1,a\r\n2,b\r',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'lone CR',
    text: '1,a\r2,b\r',
    lineEnd: 'cr',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'lone CR, no final one',
    text: '1,a\r\r2,b',
    lineEnd: 'cr',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  {
    name: 'an empty field is null, a quoted empty one is empty',
    text: ',""\nx,\n',
    rows: [
      [1, null, ''],
      [2, 'x', null],
    ],
  },
  { name: 'doubled quotes', text: '"a ""b""","c"\n', rows: [[1, 'a "b"', 'c']] },
  { name: 'quoted delimiters and line ends', text: '"a,b","c\r\nd\ne"\n', rows: [[1, 'a,b', 'c\r\nd\ne']] },
  {
    name: 'a quoted end-of-data marker',
    text: '1,"x\n\\.\ny"\n2,b\n',
    rows: [
      [1, '1', 'x\n\\.\ny'],
      [2, '2', 'b'],
    ],
  },
  { name: 'a quoted field at the very end', text: '1,"a"', rows: [[1, '1', 'a']] },
  {
    name: 'blank lines do not count',
    text: '\n1,a\n\n   \n,\n2,b\n\n',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
    ],
  },
  { name: 'quoted empty fields are a record', text: '"",""\n', rows: [[1, '', '']] },
  {
    name: 'ragged records',
    text: '1\n2,b\n3,c,d\n4,e\n',
    rows: [
      [2, '2', 'b'],
      [4, '4', 'e'],
    ],
    rejected: [
      [1, 'too_few_fields', '1'],
      [3, 'too_many_fields', '3,c,d'],
    ],
  },
  {
    name: 'a quote inside a field: two of them do not merge what is between',
    text: '1,5" pipe\n2,x\n3,6" pipe\n4,y\n',
    rows: [
      [2, '2', 'x'],
      [4, '4', 'y'],
    ],
    rejected: [
      [1, 'stray_quote', '1,5" pipe'],
      [3, 'stray_quote', '3,6" pipe'],
    ],
  },
  {
    name: 'text after a closing quote',
    text: '1,"a"b\n2,c\n',
    rows: [[2, '2', 'c']],
    rejected: [[1, 'stray_quote', '1,"a"b']],
  },
  {
    name: 'a quote that is never closed',
    text: '1,a\n2,"b\n3,c\n4,d\n',
    rows: [
      [1, '1', 'a'],
      [3, '3', 'c'],
      [4, '4', 'd'],
    ],
    rejected: [[2, 'unterminated_quote', '2,"b']],
  },
  {
    name: 'a quote that only the next stray quote would close',
    text: '1,"b\n2,c\n3,"d\n4,e\n',
    rows: [
      [2, '2', 'c'],
      [4, '4', 'e'],
    ],
    rejected: [
      [1, 'unterminated_quote', '1,"b'],
      [3, 'unterminated_quote', '3,"d'],
    ],
  },
  {
    name: 'a quote closed at the end of a later record',
    text: '1,"b,x\n2,c,y"\n3,d,z\n',
    width: 3,
    rows: [[3, '3', 'd', 'z']],
    rejected: [
      [1, 'unterminated_quote', '1,"b,x'],
      [2, 'stray_quote', '2,c,y"'],
    ],
  },
  {
    name: 'two broken quotes in one column, whole records between them',
    text: '1,a,x\n2,",x\n3,c,x\n4,d,x\n5,",x\n6,f,x\n',
    width: 3,
    rows: [
      [1, '1', 'a', 'x'],
      [3, '3', 'c', 'x'],
      [4, '4', 'd', 'x'],
      [6, '6', 'f', 'x'],
    ],
    rejected: [
      [2, 'unterminated_quote', '2,",x'],
      [5, 'unterminated_quote', '5,",x'],
    ],
  },
  {
    name: 'what looks like a record inside a ragged one belongs to it',
    text: '1,"note\nFAKE,x,y\nend",z,extra\n2,b,c\n',
    width: 3,
    rows: [[2, '2', 'b', 'c']],
    rejected: [[1, 'too_many_fields', '1,"note\nFAKE,x,y\nend",z,extra']],
  },
  {
    name: 'blanks between tabs are a record, blanks alone are not',
    text: ' ,\n  \n1,b\n',
    rows: [
      [1, ' ', null],
      [2, '1', 'b'],
    ],
  },
  {
    name: 'open quotes one after another: what is between is read',
    text: '1,"a""\n2,b\n3,"c""\n4,d\n5,"e""\n6,f\n',
    rows: [
      [2, '2', 'b'],
      [4, '4', 'd'],
      [6, '6', 'f'],
    ],
    rejected: [
      [1, 'unterminated_quote', '1,"a""'],
      [3, 'unterminated_quote', '3,"c""'],
      [5, 'unterminated_quote', '5,"e""'],
    ],
  },
  {
    name: 'a ragged record with a line end in a quoted field is one record',
    text: '1,"b\nc",d,e\n2,f,g\n',
    width: 3,
    rows: [[2, '2', 'f', 'g']],
    rejected: [[1, 'too_many_fields', '1,"b\nc",d,e']],
  },
  {
    name: 'an end-of-data marker',
    text: '1,a\n\\.\n3,c\n',
    rows: [
      [1, '1', 'a'],
      [3, '3', 'c'],
    ],
    rejected: [[2, 'end_of_data_marker', '\\.']],
  },
  {
    name: 'a lone CR inside a field stays',
    text: '1,a\rb\n2,c\n',
    rows: [
      [1, '1', 'a\rb'],
      [2, '2', 'c'],
    ],
  },
  {
    name: 'lines ended by a lone CR among others',
    text: '1,a\r2,b\r3,c\n4,d\n',
    rows: [
      [1, '1', 'a'],
      [2, '2', 'b'],
      [3, '3', 'c'],
      [4, '4', 'd'],
    ],
  },
];

describe('the tolerant reader', () => {
  test.each(cases)('$name', ({ text, width = 2, lineEnd, rows, rejected = [] }) => {
    for (const step of [1, 2, 3, 5, 1000])
      expect(read(text, width, step, lineEnd), `in pieces of ${step}`).toEqual({ rows, rejected });
  });

  test('a line beyond all measure is rejected and the next one read', () => {
    const { rows, rejected } = read(`1,a\n2,${'x'.repeat(17 * 1024 * 1024)}\n3,c\n`, 2, 1024 * 1024);
    expect(rows).toEqual([
      [1, '1', 'a'],
      [3, '3', 'c'],
    ]);
    expect(rejected.map(([row, reason]) => [row, reason])).toEqual([[2, 'record_too_long']]);
  });

  test('a file of lone CRs is read in time that grows with its size', () => {
    const records = 200_000;
    const { rows } = read('1,a\r'.repeat(records), 2, 256 * 1024, 'cr');
    expect(rows).toHaveLength(records);
  });
});
