import { refused } from './refusals.ts';
import type { TextBytes } from './text-bytes.ts';

export const [LESS, GREATER, SLASH, COLON, SPACE, EQUALS, QUOTE, APOSTROPHE, BANG, QUESTION] = Buffer.from(
  '<>/: ="\'!?',
) as unknown as [number, number, number, number, number, number, number, number, number, number];
const [OPEN_BRACKET, HYPHEN] = Buffer.from('[-') as unknown as [number, number];
const COMMENT_END = Buffer.from('-->');
const CDATA_END = Buffer.from(']]>');
const INSTRUCTION_END = Buffer.from('?>');
/** `<![CDATA[` */
const CDATA_BYTES = 9;

/** What is looked for is not yet there: more bytes have to come. */
export const CUT_OFF = -1;

/** The last four letters of a name as a number: one of at most three has no other's. */
export const nameNumber = (name: string): number =>
  Buffer.from(name).reduce((number, byte) => (number << 8) | byte, 0);

/** Where the name that begins at `i` ends, whatever follows it. */
export function nameEnd(xml: Uint8Array, i: number, end: number): number {
  for (; i < end; i++) {
    const byte = xml[i]!;
    if (byte <= SPACE || byte === GREATER || byte === SLASH) return i;
  }
  return CUT_OFF;
}

/** The number of a name, without the prefix of its namespace. */
export function localName(xml: Uint8Array, start: number, end: number): number {
  let name = 0;
  for (let i = start; i < end; i++) name = xml[i] === COLON ? 0 : (name << 8) | xml[i]!;
  return name;
}

/** Where a tag ends: at its `>`, which stands in no quotes. */
export function tagEnd(xml: Uint8Array, i: number, end: number): number {
  for (; i < end; i++) {
    const byte = xml[i]!;
    if (byte === GREATER) return i;
    if (byte !== QUOTE && byte !== APOSTROPHE) continue;
    i++;
    while (i < end && xml[i] !== byte) i++;
  }
  return CUT_OFF;
}

const after = (xml: Buffer, mark: Buffer, i: number, end: number) => {
  const found = xml.indexOf(mark, i);
  return found < 0 || found + mark.length > end ? CUT_OFF : found + mark.length;
};

const isCdata = (xml: Uint8Array, i: number) => xml[i + 2] === OPEN_BRACKET;

/** Where a comment, an instruction or a CDATA section ends that begins at `i`. @throws FileRejected at a DOCTYPE */
export function asideEnd(xml: Buffer, i: number, end: number): number {
  if (xml[i + 1] === QUESTION) return after(xml, INSTRUCTION_END, i + 2, end);
  if (i + 4 > end) return CUT_OFF;
  if (isCdata(xml, i)) return after(xml, CDATA_END, i + CDATA_BYTES, end);
  if (xml[i + 2] === HYPHEN) return after(xml, COMMENT_END, i + 4, end);
  throw refused.damaged('a part of it has a DOCTYPE');
}

/** Appends the characters from `i` to the next tag. @returns where that begins */
export function characters(xml: Buffer, i: number, end: number, into: TextBytes): number {
  for (;;) {
    let less = i;
    while (less < end && xml[less] !== LESS) less++;
    if (less + 1 >= end) return CUT_OFF;
    into.appendXml(xml, i, less);
    if (xml[less + 1] !== BANG && xml[less + 1] !== QUESTION) return less;
    i = asideEnd(xml, less, end);
    if (i === CUT_OFF) return CUT_OFF;
    if (xml[less + 1] === BANG && isCdata(xml, less))
      into.appendCdata(xml, less + CDATA_BYTES, i - CDATA_END.length);
  }
}

const [TEXT, PHONETIC] = ['t', 'rPh'].map(nameNumber) as [number, number];

/**
 * Appends the text of what is a text or runs of text, from `i` to the closing tag of the name `closing`; how it is
 * pronounced (`rPh`) is no part of it.
 * @returns what follows that tag
 */
export function richText(xml: Buffer, i: number, end: number, closing: number, into: TextBytes): number {
  let phonetic = false;
  for (;;) {
    while (i < end && xml[i] !== LESS) i++;
    if (i + 1 >= end) return CUT_OFF;
    if (xml[i + 1] === BANG || xml[i + 1] === QUESTION) {
      i = asideEnd(xml, i, end);
      if (i === CUT_OFF) return CUT_OFF;
      continue;
    }
    const closes = xml[i + 1] === SLASH;
    const start = closes ? i + 2 : i + 1;
    const stop = nameEnd(xml, start, end);
    if (stop === CUT_OFF) return CUT_OFF;
    const greater = tagEnd(xml, stop, end);
    if (greater === CUT_OFF) return CUT_OFF;
    const name = localName(xml, start, stop);
    i = greater + 1;
    if (closes) {
      if (name === closing) return i;
      if (name === PHONETIC) phonetic = false;
    } else if (xml[greater - 1] !== SLASH) {
      if (name === PHONETIC) phonetic = true;
      else if (name === TEXT && !phonetic) {
        i = characters(xml, i, end, into);
        if (i === CUT_OFF) return CUT_OFF;
      }
    }
  }
}
