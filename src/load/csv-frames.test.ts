import { describe, expect, test } from 'vitest';
import { type Frames, RecordFramer, type TakeOdd } from './csv-frames.ts';

class Odd extends Error {}

/** What comes out, each stretch of one format behind its name. */
function frame(text: string, step: number, counts = false): string {
  const odd: TakeOdd = (bytes, from) => {
    throw new Odd(bytes.toString('utf8', from));
  };
  const framer = new RecordFramer('F,', ',', 2, counts, odd);
  const bytes = Buffer.from(text);
  let rows = 0;
  let [out, format] = ['', ''];
  const take = (frames: Frames[]) => {
    for (const frame of frames) {
      if (frame.format !== format) out += `<${frame.format}>`;
      format = frame.format;
      out += frame.bytes;
      rows += frame.rows;
    }
  };
  for (let at = 0; at < bytes.length; at += step) take(framer.push(bytes.subarray(at, at + step)));
  take(framer.end(Buffer.from('\n')));
  expect(rows).toBe(out.split(/(?:^|>)F,/m).length - 1);
  return out;
}

const passes: [string, string, string][] = [
  ['plain records', '1,a\n2,b\n', '<text>F,1,1,a\nF,2,2,b\n'],
  ['no final newline', '1,a\n2,b', '<text>F,1,1,a\nF,2,2,b\n'],
  ['CRLF becomes LF', '1,a\r\n2,"b"\r\n', '<text>F,1,1,a\nF,2,2,b\n'],
  ['nulls', ',a\n2,\n', '<text>F,1,,a\nF,2,2,\n'],
  [
    'quotes go, what they protected is escaped',
    '1,"a\r\nb"\n"2,3","c\n"\n',
    '<text>F,1,1,a\\r\\nb\nF,2,2\\,3,c\\n\n',
  ],
  ['backslashes are doubled', '\\N,a\\b\\\n"\\.","\\n"\n', '<text>F,1,\\\\N,a\\\\b\\\\\nF,2,\\\\.,\\\\n\n'],
  ['doubled quotes', '1,"a""b"\n2,""""\n', '<text>F,1,1,a"b\nF,2,2,"\n'],
  [
    'from an empty value on as CSV, which tells it from null',
    '1,"a"\n2,""\n\\,"b""\n"\r\n4,"c,"\n',
    '<text>F,1,1,a\n<csv>F,2,2,""\nF,3,\\,"b""\n"\nF,4,4,"c,"\n',
  ],
  ['a quoted end-of-data marker', '1,"x\n\\.\ny"\n', '<text>F,1,1,x\\n\\\\.\\ny\n'],
  ['blank lines and lines of delimiters', '\n1,a\n,\n  \n\r\n2,b\n\n', '<text>F,1,1,a\nF,2,2,b\n'],
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
      expect(() => frame(text, step), `in pieces of ${step}`).toThrow(Odd);
  });

  test.each(['1\n', '1,2,3\n', '"1,2"\n', '1,"2",3'])('counts fields where it is told to: %j', (text) => {
    for (const step of [1, 2, 3, 5, 1000]) {
      expect(frame(`1,2\n"1,2",\n${text}`, step)).toContain('F,3,');
      expect(() => frame(`1,2\n"1,2",\n${text}`, step, true)).toThrow(Odd);
    }
  });

  test('row numbers are written in full', () => {
    const out = frame('x,y\n'.repeat(10_001), 4096);
    expect(out.startsWith('<text>F,1,x')).toBe(true);
    expect(out.endsWith('F,9999,x,y\nF,10000,x,y\nF,10001,x,y\n')).toBe(true);
  });
});
