import { type Frames, RecordFramer } from './csv-frames.ts';
import { type Dialect, type RecordBatch, RecordReader } from './csv-records.ts';
import { type Encoding, recordDecoder } from './encoding.ts';
import { nulBytes } from './rejection.ts';

/** Ends the last record where nothing else does; otherwise it is a blank line. */
const LINE_END = Buffer.from('\n');

/** What a piece of a file holds: records that pass through, and those that had to be parsed. */
export interface Sorted {
  frames: Frames[];
  parsed: RecordBatch;
}

/**
 * Both ways of reading a CSV at once: records pass through the framer, and one that is odd is parsed by the reader, which
 * tells what is rejected and where reading goes on after it. What comes out is what the reader alone would give.
 *
 * The bytes are those of an encoding whose unit is a byte, so that a position in them is one in the text as well.
 */
export class TolerantFramer {
  readonly #framer: RecordFramer;
  readonly #reader: RecordReader;
  /**
   * How long the reader's text is. It ends where the framer's bytes end, and is made once for all that is odd in them; 0
   * where nothing was so far.
   */
  #length = 0;
  /** The reader has a record of which it needs more. */
  #reading = false;
  #final = false;
  /** Whether anything was odd. */
  odd = false;

  /**
   * @param prefix what precedes the row number in every record that passes through, its delimiter included
   * @param width the number of fields of the header
   * @param counts whether a record with another number of fields is odd; otherwise COPY refuses it
   */
  constructor(
    prefix: string,
    { delimiter }: Pick<Dialect, 'delimiter'>,
    encoding: Encoding,
    width: number,
    counts: boolean,
  ) {
    this.#framer = new RecordFramer(prefix, delimiter, width, counts, this.#takeOdd.bind(this));
    const decoder = (record: string) => recordDecoder(encoding, record);
    this.#reader = new RecordReader({ delimiter, lineEnd: 'lf' }, width, decoder);
  }

  push(chunk: Buffer): Sorted {
    const bytes = this.#reading ? this.#readOn(chunk) : this.#afresh(chunk);
    return { frames: bytes ? this.#framer.push(bytes) : [], parsed: this.#reader.batch() };
  }

  end(): Sorted {
    this.#final = true;
    const bytes = this.#reading ? this.#readOn(LINE_END) : this.#afresh(LINE_END);
    return { frames: bytes ? this.#framer.end(bytes) : [], parsed: this.#reader.batch() };
  }

  #afresh(chunk: Buffer): Buffer {
    this.#reader.drop(this.#length);
    this.#length = 0;
    return chunk;
  }

  /** @returns what follows the record that was begun with; undefined where it goes on */
  #readOn(chunk: Buffer): Buffer | undefined {
    this.#length = this.#reader.add(textOf(chunk));
    const next = this.#take(0);
    if (next === undefined) return undefined;
    const left = this.#length - next;
    // A quote that never ends is known late: what follows its line may have come with earlier pieces.
    return left <= chunk.length
      ? chunk.subarray(chunk.length - left)
      : Buffer.from(this.#reader.textFrom(next), 'latin1');
  }

  #takeOdd(bytes: Buffer, from: number): number {
    this.odd = true;
    const left = bytes.length - from;
    if (this.#length === 0) this.#length = this.#reader.add(textOf(bytes.subarray(from)));
    this.#reader.rowNumber = this.#framer.number;
    const next = this.#take(this.#length - left);
    return next === undefined ? bytes.length : bytes.length - (this.#length - next);
  }

  #take(position: number): number | undefined {
    const next = this.#reader.takeOne(position, this.#final);
    this.#reading = next === undefined;
    this.#framer.number = this.#reader.rowNumber;
    return next;
  }
}

function textOf(bytes: Buffer): string {
  if (bytes.includes(0)) throw nulBytes();
  return bytes.toString('latin1');
}
