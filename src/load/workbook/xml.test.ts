import { describe, expect, test } from 'vitest';
import { asUtf8, elements } from './xml.ts';

const read = (xml: string | Buffer) =>
  [...elements(Buffer.from(xml))].map(({ name, attributes }) => [name, Object.fromEntries(attributes)]);

test('beginnings of elements, and their attributes', () => {
  const xml = `<?xml version="1.0"?><!-- <no> --><x:a y:b='1 > "2"' c = "&amp;&#65;&#x42;&lt;"><![CDATA[<no>]]><d/></x:a >`;
  expect(read(xml)).toEqual([
    ['a', { b: '1 > "2"', c: '&AB<' }],
    ['d', {}],
  ]);
});

test.each(['utf16le', 'utf8'] as const)('with a byte order mark, in %s', (encoding) => {
  expect(read(Buffer.from('\ufeff<a b="東"/>', encoding))).toEqual([['a', { b: '東' }]]);
});

test.each([
  ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY e "aaaa">]><a/>'],
  ['a comment without an end', '<a/><!-- '],
  ['a tag without an end', '<a b="1"'],
  ['a value without an end', '<a b="1><c/>'],
  ['a tag without a name', '<>'],
])('%s is no XML', (_, xml) => {
  expect(() => read(xml)).toThrow(/damaged/);
});

test.each([
  '<a '.repeat(300_000),
  '<a b="'.repeat(200_000),
  '<!--'.repeat(300_000),
  `<a ${'b '.repeat(500_000)}`,
])('what never ends takes no time', (xml) => {
  const started = performance.now();
  expect(() => read(xml)).toThrow(/damaged/);
  expect(performance.now() - started).toBeLessThan(2000);
});

describe('as UTF-8', () => {
  const text = '<a>Müller 東京 😀</a>';
  test.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-16, little-endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
  ])('from %s, however it comes', async (_, bytes) => {
    for (const size of [2, 3, 5, bytes.length]) {
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      };
      const read: Buffer[] = [];
      for await (const piece of asUtf8(pieces())) read.push(piece);
      expect(Buffer.concat(read).toString()).toBe(text);
    }
  });
});
