import {
  asideEnd,
  BANG,
  CUT_OFF,
  LESS,
  localName,
  nameEnd,
  nameNumber,
  QUESTION,
  richText,
  SLASH,
  tagEnd,
} from './markup.ts';
import { refused } from './refusals.ts';
import { TextBytes, unescapeField } from './text-bytes.ts';
import { UnitScanner } from './unit-scanner.ts';

/** Texts of a workbook that cells share: all of them have to be held. */
export const MAX_STRINGS = 10_000_000;
/** And so many bytes, with 5 more for each: with them a consumer stays below 300 MB. */
const MAX_MIB = 96;
const HELD_BYTES = 5;

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const STARTS_BITS = 16;
/** Beyond it the length stands in the four bytes that follow. */
const SHORT = 255;

/**
 * The texts that cells refer to by number, as COPY's text format has them, held as bytes in blocks: their lengths before
 * them, and where each begins. Some 5 bytes a text more than the text itself.
 */
export class StringTable {
  readonly #blocks: Buffer[] = [];
  readonly #starts: Uint32Array[] = [];
  /** Where the next text begins in the last block. */
  #free = BLOCK_BYTES;
  #bytes = 0;
  count = 0;

  /** @throws FileRejected where it holds all that it may */
  add(from: Buffer, length: number): void {
    const size = length + (length < SHORT ? 1 : 5);
    this.#bytes += length + HELD_BYTES;
    if (this.count === MAX_STRINGS) throw refused.tooMuch(`${MAX_STRINGS.toLocaleString('en')} texts`);
    if (this.#bytes > MAX_MIB * 1024 * 1024) throw refused.tooMuch(`${MAX_MIB} MiB of texts`);
    if (this.#free + size > BLOCK_BYTES) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(size, BLOCK_BYTES)));
      this.#free = 0;
    }
    if (this.count >>> STARTS_BITS === this.#starts.length)
      this.#starts.push(new Uint32Array(1 << STARTS_BITS));
    const last = this.#blocks.length - 1;
    this.#starts[this.#starts.length - 1]![this.count & 0xffff] = last * BLOCK_BYTES + this.#free;
    const block = this.#blocks[last]!;
    let at = this.#free;
    block[at++] = Math.min(length, SHORT);
    if (length >= SHORT) at = block.writeUInt32LE(length, at);
    from.copy(block, at, 0, length);
    this.#free += size;
    this.count++;
  }

  /** Bytes of a text. */
  lengthOf(index: number): number {
    const start = this.#starts[index >>> STARTS_BITS]![index & 0xffff]!;
    const block = this.#blocks[start >>> BLOCK_BITS]!;
    const length = block[start & (BLOCK_BYTES - 1)]!;
    return length < SHORT ? length : block.readUInt32LE((start & (BLOCK_BYTES - 1)) + 1);
  }

  /** Writes a text into `out` at `at`, where there is room for it. @returns what follows it */
  copy(index: number, out: Buffer, at: number): number {
    const start = this.#starts[index >>> STARTS_BITS]![index & 0xffff]!;
    const block = this.#blocks[start >>> BLOCK_BITS]!;
    let from = start & (BLOCK_BYTES - 1);
    const length = block[from++]!;
    if (length === SHORT) {
      const long = block.readUInt32LE(from);
      return at + block.copy(out, at, from + 4, from + 4 + long);
    }
    for (const end = from + length; from < end; ) out[at++] = block[from++]!;
    return at;
  }

  text(index: number): string {
    const bytes = Buffer.allocUnsafe(this.lengthOf(index));
    return unescapeField(bytes, 0, this.copy(index, bytes, 0));
  }
}

const ITEM = nameNumber('si');

/** Reads the part of the shared strings into a table. */
class StringScanner extends UnitScanner {
  readonly #table: StringTable;
  readonly #text = new TextBytes();

  constructor(table: StringTable) {
    super();
    this.#table = table;
  }

  protected override scan(xml: Buffer, end: number): number {
    for (let i = 0; ; ) {
      while (i < end && xml[i] !== LESS) i++;
      const start = i;
      if (i + 1 >= end) return start;
      if (xml[i + 1] === BANG || xml[i + 1] === QUESTION) i = asideEnd(xml, i, end);
      else {
        const stop = nameEnd(xml, i + 1, end);
        const greater = stop === CUT_OFF ? CUT_OFF : tagEnd(xml, stop, end);
        if (greater === CUT_OFF) return start;
        i = greater + 1;
        if (xml[start + 1] !== SLASH && localName(xml, start + 1, stop) === ITEM) {
          this.#text.length = 0;
          if (xml[greater - 1] !== SLASH) i = richText(xml, i, end, ITEM, this.#text);
          if (i !== CUT_OFF) this.#table.add(this.#text.bytes, this.#text.length);
        }
      }
      if (i === CUT_OFF) return start;
    }
  }
}

/** The shared strings of a workbook, read no further than cells refer to them. */
export class SharedStrings {
  readonly table = new StringTable();
  readonly #scanner = new StringScanner(this.table);
  readonly #pieces: AsyncIterator<Buffer>;
  #done = false;

  /** @param pieces their part, in UTF-8 */
  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Reads on until the text of that number is in the table. @throws FileRejected where there is none */
  async upTo(index: number): Promise<void> {
    while (this.table.count <= index) {
      if (this.#done) throw refused.damaged('a cell refers to a text that is not there');
      await this.#readOn();
    }
  }

  /** Reads the rest, which nothing refers to, to make sure that the part is whole. */
  async toEnd(): Promise<void> {
    while (!this.#done) await this.#readOn();
  }

  async close(): Promise<void> {
    this.#done = true;
    await this.#pieces.return?.();
  }

  async #readOn(): Promise<void> {
    const next = await this.#pieces.next();
    if (next.done) this.#done = true;
    else this.#scanner.push(next.value);
  }
}
