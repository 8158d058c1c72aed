import { describe, expect, test } from 'vitest';
import { foldEncoding } from '../files/encodings.ts';
import { EncodingCheck, encodingOf, recordDecoder } from './encoding.ts';
import { FileRejected } from './rejection.ts';

const UTF8 = Buffer.from('Straße;Köln\n');
const LATIN1 = Buffer.from('Straße;Köln\n', 'latin1');
const UTF16 = Buffer.from('Straße;Köln\n', 'utf16le');
const marked = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);

test.each([
  ['UTF-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['ISO-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['cp1252', 'windows-1252'],
  ['ISO-8859-15', 'iso-8859-15'],
  ['UTF-16', 'utf-16le'],
  ['Shift_JIS', undefined],
  ['EBCDIC', undefined],
  ['', undefined],
])('the label %s means %s', (label, name) => {
  expect(foldEncoding(label)).toBe(name);
});

describe('the encoding of a file', () => {
  test.each<[string, Buffer, string | undefined, string | undefined, number]>([
    ['nothing described: told by the record', LATIN1, undefined, undefined, 0],
    ['nothing described, a mark of UTF-8', marked([0xef, 0xbb, 0xbf], UTF8), undefined, undefined, 3],
    ['nothing described, UTF-16', UTF16, undefined, 'utf-16le', 0],
    ['described', LATIN1, 'ISO-8859-1', 'windows-1252', 0],
    ['UTF-16 as described', UTF16, 'UTF-16', 'utf-16le', 0],
    ['UTF-16 the other way round', Buffer.from(UTF16).swap16(), 'UTF-16', 'utf-16be', 0],
    ['a mark against the description', marked([0xff, 0xfe], UTF16), 'ISO-8859-1', 'utf-16le', 2],
    ['a mark of UTF-8 against it', marked([0xef, 0xbb, 0xbf], UTF8), 'ISO-8859-1', 'utf-8', 3],
  ])('%s', (_, head, label, name, markBytes) => {
    expect(encodingOf(head, label)).toMatchObject({ encoding: { name }, markBytes });
  });

  test.each([
    ['UTF-16', LATIN1],
    ['ISO-8859-1', UTF16],
    ['UTF-8', UTF16],
  ])('%s described, and surely something else', (label, head) => {
    expect(() => encodingOf(head, label)).toThrow(FileRejected);
    expect(() => encodingOf(head, label)).toThrow(`encoding is ${label}`);
  });
});

test('a record of a described encoding is not guessed at', () => {
  const { encoding } = encodingOf(LATIN1, 'ISO-8859-15');
  expect(recordDecoder(encoding, '\xa4 \xc3\xbc')('\xa4 \xc3\xbc')).toBe('€ ÃŒ');
});

describe('bytes against the encoding that is described', () => {
  const held = (label: string, bytes: Buffer, step: number) => {
    const check = new EncodingCheck(encodingOf(bytes, label).encoding, label);
    for (let at = 0; at < bytes.length; at += step) check.push(bytes.subarray(at, at + step));
    check.end();
  };
  const emoji = Buffer.from('Größe 東京 🏥 ü\n');
  test.each<[string, string, Buffer, RegExp | undefined]>([
    ['UTF-8 that is UTF-8', 'UTF-8', emoji, undefined],
    ['UTF-8 that is not', 'UTF-8', LATIN1, /encoding is UTF-8, .* no such text\. Save it as UTF-8/],
    ['UTF-8 that is cut off', 'UTF-8', emoji.subarray(0, emoji.length - 2), /no such text/],
    ['UTF-8 with one bad byte at the end', 'UTF-8', marked([...emoji], Buffer.of(0xe9)), /no such text/],
    ['ISO-8859-1 that is it', 'ISO-8859-1', LATIN1, undefined],
    ['ISO-8859-1 that is UTF-8', 'ISO-8859-1', emoji, /is written in UTF-8\. Save it as ISO-8859-1/],
    ['both in one file', 'ISO-8859-1', Buffer.concat([UTF8, LATIN1]), undefined],
    ['ASCII', 'ISO-8859-1', Buffer.from('Strasse;Koeln\n'), undefined],
    ['nothing', 'UTF-8', Buffer.alloc(0), undefined],
  ])('%s', (_, label, bytes, refused) => {
    for (const step of [1, 2, 3, 5, 1000]) {
      if (refused) expect(() => held(label, bytes, step), `in pieces of ${step}`).toThrow(refused);
      else expect(() => held(label, bytes, step), `in pieces of ${step}`).not.toThrow();
    }
  });
});
