import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, createInflateRaw } from 'node:zlib';
import yauzl from 'yauzl';
import { FileRejected } from '../rejection.ts';
import { refused } from './refusals.ts';

/** Bytes that can be read by ranges, as a storage has them. */
export interface Ranges {
  /** Bytes. */
  size: number;
  /** Both offsets are those of bytes that are read. */
  read(range: { start: number; end: number }): Readable;
}

/** A workbook has some dozens of parts; one with more is no workbook that anybody made. */
const MAX_ENTRIES = 10_000;
/** Sheets shrink 5 to 60 times when zipped; what shrinks more and is this large unzipped was made to do harm. */
const MAX_RATIO = 250;
const RATIO_FROM_BYTES = 32 * 1024 * 1024;
/** What is inflated, and given on, at once; in bytes. */
const PIECE_BYTES = 128 * 1024;
/** The directory stands at the end, and is read in pieces of this size. */
const BLOCK_BYTES = 128 * 1024;
const STORED = 0;
const DEFLATED = 8;

/**
 * The parts of a workbook, read by ranges: its directory first, then a part at a time, which is inflated as it comes.
 *
 * What the directory says of sizes is held against the limits at once, and each part against what the directory says.
 */
export class WorkbookZip {
  readonly #source: Ranges;
  readonly #zip: yauzl.ZipFile;
  readonly #entries: Map<string, yauzl.Entry>;

  private constructor(source: Ranges, zip: yauzl.ZipFile, entries: Map<string, yauzl.Entry>) {
    this.#source = source;
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * @param maxBytes that all parts may have together, inflated
   * @throws FileRejected
   */
  static async open(source: Ranges, maxBytes: number): Promise<WorkbookZip> {
    const zip = await orRefused(
      yauzl.fromRandomAccessReaderPromise(new BlockReader(source), source.size, {
        autoClose: false,
        validateEntrySizes: true,
      }),
    );
    if (zip.entryCount > MAX_ENTRIES) throw refused.notWorkbook();
    const entries = new Map<string, yauzl.Entry>();
    let inflated = 0;
    await orRefused(
      (async () => {
        for await (const entry of zip.eachEntry()) {
          const name = entry.fileName.toLowerCase();
          if (entries.has(name)) throw refused.notUnzipped();
          entries.set(name, entry);
          inflated += entry.uncompressedSize;
          if (inflated > maxBytes) throw refused.tooLarge(maxBytes);
        }
      })(),
    );
    if (inflated > RATIO_FROM_BYTES && inflated > source.size * MAX_RATIO) throw refused.tooLarge(inflated);
    return new WorkbookZip(source, zip, entries);
  }

  /** Whether there is a part of that name, whatever its case (ECMA-376 part 2, 6.2.2.3). */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /**
   * A part's content, inflated, in small pieces.
   * @throws FileRejected where it is not there, or not as the directory has it
   */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (!entry) throw refused.damaged('a part of it is missing');
    if (entry.isEncrypted()) throw refused.encrypted();
    const { compressionMethod, compressedSize, uncompressedSize } = entry;
    if (compressionMethod !== STORED && compressionMethod !== DEFLATED) throw refused.notUnzipped();
    const { fileDataStart } = await orRefused(this.#zip.readLocalFileHeaderPromise(entry, { minimal: true }));
    let size = 0;
    let checksum = 0;
    if (compressedSize > 0) {
      const end = fileDataStart + compressedSize - 1;
      if (end >= this.#source.size) throw refused.notUnzipped();
      const stored = this.#source.read({ start: fileDataStart, end });
      const bytes =
        compressionMethod === STORED
          ? stored
          : pipeline(stored, createInflateRaw({ chunkSize: PIECE_BYTES }), () => {});
      try {
        for await (const chunk of bytes as AsyncIterable<Buffer>) {
          size += chunk.length;
          if (size > uncompressedSize) throw refused.notUnzipped();
          checksum = crc32(chunk, checksum);
          // What is stored comes in pieces of any size.
          for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
        }
      } catch (error) {
        throw asRefusal(error);
      } finally {
        stored.destroy();
      }
    }
    if (size !== uncompressedSize || checksum !== entry.crc32) throw refused.notUnzipped();
  }

  /** A small part's content at once. @throws FileRejected where it has more than `maxBytes` */
  async whole(name: string, maxBytes: number): Promise<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry && entry.uncompressedSize > maxBytes) throw refused.tooLarge(maxBytes);
    return buffer(this.read(name));
  }
}

/** Reads a block for the first few bytes of it that are asked for: yauzl asks for each entry of the directory by itself. */
class BlockReader extends yauzl.RandomAccessReader {
  readonly #source: Ranges;
  #block: Buffer = Buffer.alloc(0);
  #blockStart = 0;

  constructor(source: Ranges) {
    super();
    this.#source = source;
  }

  /** @param end the offset after the last byte */
  override _readStreamForRange(start: number, end: number): Readable {
    return this.#source.read({ start, end: end - 1 });
  }

  override read(
    into: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ): void {
    const read = async () => {
      if (position < this.#blockStart || position + length > this.#blockStart + this.#block.length) {
        const end = Math.min(this.#source.size, position + Math.max(length, BLOCK_BYTES));
        if (length > end - position) throw refused.notUnzipped();
        this.#block = await buffer(this.#source.read({ start: position, end: end - 1 }));
        this.#blockStart = position;
        if (this.#block.length < length) throw refused.notUnzipped();
      }
      this.#block.copy(into, offset, position - this.#blockStart, position - this.#blockStart + length);
    };
    // What the callback throws is yauzl's own affair, and no reason to call it again.
    read().then(
      () => setImmediate(done, null),
      (error) => setImmediate(done, error),
    );
  }
}

const orRefused = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => {
    throw asRefusal(error);
  });

/** yauzl's errors and zlib's blame the bytes; whatever else has a code is of the storage. */
function asRefusal(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const ofBytes = code === undefined || code.startsWith('Z_');
  return error instanceof FileRejected || !ofBytes ? error : refused.notUnzipped(error);
}
