import { describe, expect, test } from 'vitest';
import { OddBytes, RecordFramer } from './csv-frames.ts';

function frame(text: string, step: number): string {
  const framer = new RecordFramer('F,', ',', 2);
  const bytes = Buffer.from(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += step)
    out += framer.push(bytes.subarray(at, at + step)).toString();
  out += framer.end().toString();
  expect(framer.rows).toBe(out === '' ? 0 : out.split(/^F,/m).length - 1);
  return out;
}

const passes: [string, string, string][] = [
  ['plain records', '1,a\n2,b\n', 'F,1,1,a\nF,2,2,b\n'],
  ['no final newline', '1,a\n2,b', 'F,1,1,a\nF,2,2,b\n'],
  ['CRLF becomes LF', '1,a\r\n2,b\r\n', 'F,1,1,a\nF,2,2,b\n'],
  ['quoted line ends stay', '1,"a\r\nb"\n2,"c\n"\n', 'F,1,1,"a\r\nb"\nF,2,2,"c\n"\n'],
  ['doubled quotes', '1,"a""b"\n2,""\n', 'F,1,1,"a""b"\nF,2,2,""\n'],
  ['a quoted end-of-data marker', '1,"x\n\\.\ny"\n', 'F,1,1,"x\n\\.\ny"\n'],
  ['blank lines and lines of delimiters', '\n1,a\n,\n  \n\r\n2,b\n\n', 'F,1,1,a\nF,2,2,b\n'],
  ['nothing', '', ''],
];
const odd: [string, string][] = [
  ['two broken quotes in one column, whole records between them', '1,"\n2,b\n3,"\n'],
  ['a quote inside a field', '1,5" pipe\n'],
  ['text after a closing quote', '1,"a"b\n'],
  ['a quote that never ends', '1,"a\n2,b\n'],
  ['an end-of-data marker', '1,a\n\\.\n2,b\n'],
  ['an end-of-data marker at the end', '1,a\n\\.'],
  ['a lone CR', '1,a\rb\n'],
  ['a lone CR beside a quoted one', '1,"a\rb"\rc\n'],
];

describe('the fast way', () => {
  test.each(passes)('passes on: %s', (_, text, expected) => {
    for (const step of [1, 2, 3, 5, 1000]) expect(frame(text, step), `in pieces of ${step}`).toBe(expected);
  });

  test.each(odd)('leaves to the tolerant way: %s', (_, text) => {
    for (const step of [1, 2, 3, 5, 1000])
      expect(() => frame(text, step), `in pieces of ${step}`).toThrow(OddBytes);
  });

  test('row numbers are written in full', () => {
    const out = frame('x,y\n'.repeat(10_001), 4096);
    expect(out.startsWith('F,1,x')).toBe(true);
    expect(out.endsWith('F,9999,x,y\nF,10000,x,y\nF,10001,x,y\n')).toBe(true);
  });
});
