import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  opendir,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ByteRange, checkKey, type Storage, type Stored, type Upload } from './storage.ts';

const READ_CHUNK_BYTES = 256 * 1024;
/** So much is written at once, while as much comes in. */
const WRITE_BYTES = 1024 * 1024;

/** Files in a directory: `incoming/` for bytes on their way, `files/` for what was accepted. */
export class DirectoryStorage implements Storage {
  readonly #incoming: string;
  readonly #files: string;

  private constructor(root: string) {
    this.#incoming = join(root, 'incoming');
    this.#files = join(root, 'files');
  }

  static async open(url: URL): Promise<DirectoryStorage> {
    const storage = new DirectoryStorage(fileURLToPath(url));
    await mkdir(storage.#incoming, { recursive: true });
    await mkdir(storage.#files, { recursive: true });
    return storage;
  }

  async create(): Promise<Upload> {
    const path = join(this.#incoming, randomUUID());
    return new DirectoryUpload(path, await open(path, 'wx', 0o600), (key) => this.#path(key));
  }

  read(key: string, range?: ByteRange): Readable {
    return createReadStream(this.#path(key), { ...range, highWaterMark: READ_CHUNK_BYTES });
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async *list(): AsyncGenerator<Stored> {
    for await (const entry of await opendir(this.#files, { recursive: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path).catch(unlessGone);
      if (!found) continue;
      yield {
        key: relative(this.#files, path).replaceAll(sep, '/'),
        size: found.size,
        modified: found.mtime,
      };
    }
  }

  async check(): Promise<void> {
    await access(this.#incoming, constants.W_OK);
    await access(this.#files, constants.W_OK);
  }

  async sweep(before: Date): Promise<number> {
    let swept = 0;
    for (const name of await readdir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const found = await stat(path).catch(() => undefined);
      if (!found || found.mtime >= before) continue;
      await rm(path, { force: true });
      swept++;
    }
    return swept;
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#files, key);
  }
}

class DirectoryUpload implements Upload {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #target: (key: string) => string;
  #open = true;
  #moved = false;
  #read = false;
  /** What was taken and is not on its way to the system yet, what is, and where in the file it goes. */
  #taken: Buffer[] = [];
  #takenBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #written = 0;

  constructor(path: string, handle: FileHandle, target: (key: string) => string) {
    this.#path = path;
    this.#handle = handle;
    this.#target = target;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#read) throw new Error('an upload that is read is not written any more');
    this.#taken.push(chunk);
    this.#takenBytes += chunk.length;
    if (this.#takenBytes < WRITE_BYTES) return;
    await this.#writing;
    this.#startWriting();
  }

  #startWriting(): void {
    const chunks = this.#taken;
    this.#taken = [];
    this.#takenBytes = 0;
    this.#writing = this.#writeAll(chunks);
    // Whoever waits for it is told: the next write, or what ends the writing.
    this.#writing.catch(() => {});
  }

  async #writeAll(chunks: Buffer[]): Promise<void> {
    while (chunks.length > 0) {
      let { bytesWritten } = await this.#handle.writev(chunks, this.#written);
      this.#written += bytesWritten;
      while (chunks.length > 0 && bytesWritten >= chunks[0]!.length) bytesWritten -= chunks.shift()!.length;
      if (bytesWritten > 0) chunks[0] = chunks[0]!.subarray(bytesWritten);
    }
  }

  /** Resolves when the system has all that was taken. */
  async #flush(): Promise<void> {
    await this.#writing;
    this.#startWriting();
    await this.#writing;
  }

  read(range?: ByteRange): Readable {
    this.#read = true;
    const upload = this;
    return Readable.from(
      (async function* () {
        await upload.#flush();
        yield* createReadStream(upload.#path, { ...range, highWaterMark: READ_CHUNK_BYTES });
      })(),
      { objectMode: false },
    );
  }

  async commit(key: string): Promise<void> {
    const target = this.#target(key);
    await this.#flush();
    await this.#handle.sync();
    await this.#close();
    const firstNew = await this.#move(target);
    // The rename is durable only once the directory is, and a new directory once the one above it is.
    const highest = firstNew === undefined ? dirname(target) : dirname(firstNew);
    for (let directory = dirname(target); ; directory = dirname(directory)) {
      await syncDirectory(directory);
      if (directory === highest) return;
    }
  }

  async abort(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#close();
    if (!this.#moved) await rm(this.#path, { force: true });
  }

  /** @returns the first directory that had to be made for it */
  async #move(target: string): Promise<string | undefined> {
    let firstNew: string | undefined;
    try {
      await rename(this.#path, target);
    } catch (error) {
      // The first file of a feed's month.
      unlessGone(error as NodeJS.ErrnoException);
      firstNew = await mkdir(dirname(target), { recursive: true });
      await rename(this.#path, target);
    }
    this.#moved = true;
    return firstNew;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

/** A file that another process took meanwhile is none. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
