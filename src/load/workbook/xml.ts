import { refused } from './refusals.ts';

/** A beginning of an element: names are without the prefixes of their namespaces. */
export interface Element {
  name: string;
  attributes: Map<string, string>;
}

/** `<` stands for itself nowhere in a tag (XML 1.0, 2.3), so that no match looks further than to the next one. */
const TAG = /<(\/?)(?:[^\s<>"'/:]+:)?([^\s<>"'/:]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>/y;
const ATTRIBUTE = /(?:[^\s<>"'/:=]+:)?([^\s<>"'/:=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * The beginnings of elements in a small part. Entities of its own it may not have: they are how a few bytes become many.
 * @throws FileRejected where it is no XML, or has a DOCTYPE
 */
export function* elements(part: Buffer): Generator<Element> {
  const xml = decoded(part);
  const after = (end: string, from: number) => {
    const found = xml.indexOf(end, from);
    if (found < 0) throw notXml();
    return found + end.length;
  };
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    if (xml.startsWith('<!--', at)) at = after('-->', at);
    else if (xml.startsWith('<![CDATA[', at)) at = after(']]>', at);
    else if (xml.startsWith('<?', at)) at = after('?>', at);
    else {
      TAG.lastIndex = at;
      const tag = TAG.exec(xml);
      if (!tag) throw notXml();
      at += tag[0].length;
      if (tag[1] === '/') continue;
      const attributes = new Map<string, string>();
      for (const [, name, double, single] of tag[3]!.matchAll(ATTRIBUTE))
        attributes.set(name!, unescaped(double ?? single!));
      yield { name: tag[2]!, attributes };
    }
  }
}

const notXml = () => refused.damaged('a part of it is no XML');

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(value: string): string {
  if (!value.includes('&')) return value;
  return value.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** A part is UTF-8 or UTF-16 (ECMA-376 part 2, 6.2.5); without a mark, UTF-16 shows by the zero beside its `<`. */
export function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  return 'utf-8';
}

const decoded = (part: Buffer): string => new TextDecoder(encodingOf(part)).decode(part);

/** The same text as UTF-8, piece by piece. */
export async function* asUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let first = true;
  for await (const piece of pieces) {
    if (first) {
      const encoding = encodingOf(piece);
      if (encoding !== 'utf-8') decoder = new TextDecoder(encoding);
      first = false;
    }
    yield decoder ? Buffer.from(decoder.decode(piece, { stream: true })) : piece;
  }
  if (decoder) yield Buffer.from(decoder.decode());
}
