const [TAB, LINE_FEED, RETURN, BACKSLASH] = [9, 10, 13, 92] as const;
const [AMPERSAND, SEMICOLON, HASH, UNDERSCORE, SMALL_X] = [38, 59, 35, 95, 120] as const;
/** What a character stands for that COPY's text format has to escape, by its byte (PostgreSQL manual, COPY). */
const ESCAPED = new Uint8Array(256);
ESCAPED[TAB] = 't'.charCodeAt(0);
ESCAPED[LINE_FEED] = 'n'.charCodeAt(0);
ESCAPED[RETURN] = 'r'.charCodeAt(0);
ESCAPED[BACKSLASH] = BACKSLASH;
/** Bytes that do not always stand for themselves. */
const SPECIAL = new Uint8Array(ESCAPED);
SPECIAL[AMPERSAND] = 1;
SPECIAL[UNDERSCORE] = 1;

const NAMED = new Map([
  ['amp', 38],
  ['lt', 60],
  ['gt', 62],
  ['quot', 34],
  ['apos', 39],
]);
/** `&#1114111;` is the longest that anybody needs; more is no reference. */
const MAX_REFERENCE = 12;
const REPLACEMENT = 0xfffd;

/** Texts as COPY's text format has them, in UTF-8, one after another. */
export class TextBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(4096);
  length = 0;

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** A text of ASCII without anything to escape. */
  appendPlain(text: string): void {
    this.reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  /** Bytes that stand for themselves. */
  appendBytes(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const bytes = this.bytes;
    let at = this.length;
    for (let i = start; i < end; i++) bytes[at++] = from[i]!;
    this.length = at;
  }

  /**
   * Characters of XML: references are resolved, line ends made one (XML 1.0, 2.11), and so are the `_x000D_` that
   * Excel writes for what XML cannot say (ECMA-376, 22.9.2.19).
   */
  appendXml(xml: Uint8Array, start: number, end: number): void {
    // Nothing becomes more than twice as long.
    this.reserve((end - start) * 2);
    let at = this.length;
    let i = start;
    const bytes = this.bytes;
    while (i < end) {
      const byte = xml[i]!;
      if (SPECIAL[byte] === 0) {
        bytes[at++] = byte;
        i++;
      } else if (byte === AMPERSAND) {
        this.length = at;
        i = this.#reference(xml, i, end);
        at = this.length;
      } else if (byte === UNDERSCORE) {
        this.length = at;
        i = this.#escape(xml, i, end);
        at = this.length;
      } else {
        i += byte === RETURN && i + 1 < end && xml[i + 1] === LINE_FEED ? 2 : 1;
        bytes[at++] = BACKSLASH;
        bytes[at++] = ESCAPED[byte === RETURN ? LINE_FEED : byte]!;
      }
    }
    this.length = at;
  }

  /** Characters of a CDATA section, where `&` is one of them. */
  appendCdata(xml: Uint8Array, start: number, end: number): void {
    for (let i = start; i < end; ) {
      const ampersand = xml.indexOf(AMPERSAND, i);
      const stop = ampersand < 0 || ampersand >= end ? end : ampersand;
      this.appendXml(xml, i, stop);
      if (stop < end) this.appendPlain('&');
      i = stop + 1;
    }
  }

  /** What `&…;` at `i` stands for; where it stands for nothing, it stays. @returns where it ends */
  #reference(xml: Uint8Array, i: number, end: number): number {
    const most = Math.min(end, i + MAX_REFERENCE);
    let close = i + 1;
    while (close < most && xml[close] !== SEMICOLON) close++;
    let code: number | undefined;
    if (close < most && xml[i + 1] === HASH) {
      const digits = Buffer.from(xml.buffer, xml.byteOffset + i + 2, close - i - 2).toString('latin1');
      if (/^(\d+|x[\dA-Fa-f]+)$/.test(digits)) code = Number(digits[0] === 'x' ? `0${digits}` : digits);
      if (code !== undefined && (code > 0x10ffff || isSurrogate(code))) code = REPLACEMENT;
    } else if (close < most)
      code = NAMED.get(Buffer.from(xml.buffer, xml.byteOffset + i + 1, close - i - 1).toString('latin1'));
    if (code === undefined) {
      this.bytes[this.length++] = AMPERSAND;
      return i + 1;
    }
    this.#character(code);
    return close + 1;
  }

  /** What `_xHHHH_` at `i` stands for, or an underscore. @returns where it ends */
  #escape(xml: Uint8Array, i: number, end: number): number {
    let code = escapedUnit(xml, i, end);
    if (code < 0) {
      this.bytes[this.length++] = UNDERSCORE;
      return i + 1;
    }
    let next = i + 7;
    if (isSurrogate(code)) {
      // Of a pair; alone it is no character.
      const low = code < 0xdc00 ? escapedUnit(xml, next, end) : -1;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        next += 7;
      } else code = REPLACEMENT;
    }
    this.#character(code);
    return next;
  }

  #character(code: number): void {
    const bytes = this.bytes;
    if (code >= 0x80) this.length += bytes.write(String.fromCodePoint(code), this.length);
    else {
      if (ESCAPED[code] !== 0) bytes[this.length++] = BACKSLASH;
      bytes[this.length++] = ESCAPED[code] || code;
    }
  }
}

const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000;

/** The UTF-16 unit that `_xHHHH_` at `i` says; negative where there is none. */
function escapedUnit(xml: Uint8Array, i: number, end: number): number {
  if (i + 7 > end || xml[i] !== UNDERSCORE || xml[i + 1] !== SMALL_X || xml[i + 6] !== UNDERSCORE) return -1;
  const digits = Buffer.from(xml.buffer, xml.byteOffset + i + 2, 4).toString('latin1');
  return /^[\da-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
}

const UNESCAPED: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

/** A field of COPY's text format as the text that it stands for. */
export function unescapeField(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\\')
    ? text.replace(/\\(.)/g, (_, character: string) => UNESCAPED[character] ?? character)
    : text;
}
