import { expect, test } from 'vitest';
import { TextBytes, unescapeField } from './text-bytes.ts';

const appended = (xml: string, cdata = false) => {
  const bytes = Buffer.from(xml);
  const text = new TextBytes();
  // What is around it has no say.
  const around = Buffer.concat([Buffer.from('&_x'), bytes, Buffer.from('amp;_x0041_')]);
  if (cdata) text.appendCdata(around, 3, 3 + bytes.length);
  else text.appendXml(around, 3, 3 + bytes.length);
  const field = text.bytes.toString('utf8', 0, text.length);
  return { field, text: unescapeField(text.bytes, 0, text.length) };
};

test.each([
  ['plain', 'plain', 'plain'],
  ['Müller 東京 😀', 'Müller 東京 😀', 'Müller 東京 😀'],
  ['a\tb\\c\nd', 'a\\tb\\\\c\\nd', 'a\tb\\c\nd'],
  ['a\r\nb\rc', 'a\\nb\\nc', 'a\nb\nc'],
  ['\\N', '\\\\N', '\\N'],
  ['\\.', '\\\\.', '\\.'],
  ['&amp;&lt;&gt;&quot;&apos;', '&<>"\'', '&<>"\''],
  ['&#65;&#x42;&#X43;', 'AB&#X43;', 'AB&#X43;'],
  ['&#9;&#10;&#13;&#92;', '\\t\\n\\r\\\\', '\t\n\r\\'],
  ['&#x1F600;', '😀', '😀'],
  ['&#xD800;&#1114112;', '\ufffd\ufffd', '\ufffd\ufffd'],
  ['& &; &nbsp; &#; &#x; &#xZ; &amp', '& &; &nbsp; &#; &#x; &#xZ; &amp', '& &; &nbsp; &#; &#x; &#xZ; &amp'],
  ['&amp;lt;', '&lt;', '&lt;'],
  ['_x000D__x000a_', '\\r\\n', '\r\n'],
  ['_x005F_x0041_', '_x0041_', '_x0041_'],
  ['_xD83D__xDE00_', '😀', '😀'],
  ['_xD83D_ _xDE00_', '\ufffd \ufffd', '\ufffd \ufffd'],
  ['_x00G0_ _x0041 _X0041_ __', '_x00G0_ _x0041 _X0041_ __', '_x00G0_ _x0041 _X0041_ __'],
])('%j is the field %j, which says %j', (xml, field, text) => {
  expect(appended(xml)).toEqual({ field, text });
});

test('a CDATA section has no references, but escapes of Excel', () => {
  expect(appended('a &amp; b\t<c> _x0041_ &', true).text).toBe('a &amp; b\t<c> A &');
});

test('it grows as it must', () => {
  const text = new TextBytes();
  const long = Buffer.from('\t'.repeat(100_000));
  text.appendXml(long, 0, long.length);
  text.appendPlain('x'.repeat(100_000));
  text.appendBytes(long, 0, 1);
  expect(text.length).toBe(300_001);
});
