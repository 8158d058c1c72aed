import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

/** Characters gathered before they go to the compressor. */
const CHUNK = 1 << 16;

/** A zip without times, its sizes in data descriptors, as APPNOTE.TXT 4.3.9 has it. Up to 4 GiB. */
export class ZipWriter {
  readonly #file: FileHandle;
  readonly #directory: Buffer[] = [];
  #offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(name: string, content: Iterable<string>): Promise<void> {
    const start = this.#offset;
    const entry = zipEntry(name);
    await this.#write(Buffer.concat([signature(0x04034b50), entry.local, Buffer.from(name)]));
    const dataStart = this.#offset;
    let [checksum, size] = [0, 0];
    function* counted() {
      for (const bytes of chunks(content)) {
        [checksum, size] = [crc32(bytes, checksum), size + bytes.length];
        yield bytes;
      }
    }
    await pipeline(
      Readable.from(counted()),
      createDeflateRaw(),
      async (compressed: AsyncIterable<Buffer>) => {
        for await (const bytes of compressed) await this.#write(bytes);
      },
    );
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(checksum, 0);
    sizes.writeUInt32LE(this.#offset - dataStart, 4);
    sizes.writeUInt32LE(size, 8);
    await this.#write(Buffer.concat([signature(0x08074b50), sizes]));
    this.#directory.push(
      Buffer.concat([signature(0x02014b50), entry.central(sizes, start), Buffer.from(name)]),
    );
  }

  async end(): Promise<void> {
    const directory = Buffer.concat(this.#directory);
    const tail = Buffer.alloc(18);
    tail.writeUInt16LE(this.#directory.length, 4);
    tail.writeUInt16LE(this.#directory.length, 6);
    tail.writeUInt32LE(directory.length, 8);
    tail.writeUInt32LE(this.#offset, 12);
    await this.#write(Buffer.concat([directory, signature(0x06054b50), tail]));
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#file.writeFile(bytes);
    this.#offset += bytes.length;
  }
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The parts of a file's two headers after the signature: version 2.0, sizes later (bit 3), deflated, 1 January 1980. */
function zipEntry(name: string) {
  const local = Buffer.alloc(26);
  local.writeUInt16LE(20, 0);
  local.writeUInt16LE(8, 2);
  local.writeUInt16LE(8, 4);
  local.writeUInt16LE(0x21, 8);
  local.writeUInt16LE(name.length, 22);
  const central = (sizes: Buffer, start: number) => {
    const bytes = Buffer.alloc(42);
    bytes.writeUInt16LE(20, 0);
    local.copy(bytes, 2, 0, 10);
    sizes.copy(bytes, 12);
    bytes.writeUInt16LE(name.length, 24);
    bytes.writeUInt32LE(start, 38);
    return bytes;
  };
  return { local, central };
}

function* chunks(content: Iterable<string>): Generator<Buffer> {
  let pending = '';
  for (const piece of content) {
    pending += piece;
    if (pending.length < CHUNK) continue;
    yield Buffer.from(pending);
    pending = '';
  }
  yield Buffer.from(pending);
}
