import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Config } from '../platform/config.ts';
import { createClient } from './s3-client.ts';
import { S3Objects } from './s3-objects.ts';
import { type ByteRange, checkKey, type Storage, type Stored, type Upload } from './storage.ts';

/** For the bucket's answer to a probe, in milliseconds: the kubelet waits no longer than 5 s. */
const CHECK_MS = 4000;

/**
 * Files in a bucket: `incoming/` for bytes on their way, `files/` for what was accepted. A commit is a copy by S3 itself
 * from the one to the other (docs/decisions, "How S3 keeps the promises").
 */
export class S3Storage implements Storage {
  readonly #objects: S3Objects;
  readonly #root: string;

  private constructor(objects: S3Objects, root: string) {
    this.#objects = objects;
    this.#root = root;
  }

  /** @throws ConfigError, StorageError where the bucket does not answer */
  static async open(config: Config<'storage'>, limits: { copyPartBytes?: number } = {}): Promise<S3Storage> {
    const { hostname: bucket, pathname } = new URL(config.STORAGE_URL);
    const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
    const objects = new S3Objects(await createClient(config), {
      bucket,
      encryption: { ServerSideEncryption: config.S3_ENCRYPTION, SSEKMSKeyId: config.S3_KMS_KEY_ID },
      ...limits,
    });
    const storage = new S3Storage(objects, prefix === '' ? '' : `${prefix}/`);
    await storage.check();
    return storage;
  }

  async create(): Promise<Upload> {
    return new S3Upload(this.#objects, `${this.#root}incoming/${randomUUID()}`, (key) => this.#key(key));
  }

  read(key: string, range?: ByteRange): Readable {
    return this.#objects.read(this.#key(key), range);
  }

  async remove(key: string): Promise<void> {
    await this.#objects.remove(this.#key(key));
  }

  async *list(): AsyncGenerator<Stored> {
    const files = `${this.#root}files/`;
    for await (const { Key, Size, LastModified } of this.#objects.list(files))
      yield { key: Key!.slice(files.length), size: Size!, modified: LastModified! };
  }

  async check(): Promise<void> {
    await this.#objects.ask(this.#root, CHECK_MS);
  }

  async sweep(before: Date): Promise<number> {
    let swept = 0;
    // Copies by parts are under way in files/.
    for (const folder of ['incoming/', 'files/'])
      for await (const upload of this.#objects.unfinished(this.#root + folder)) {
        if (upload.Initiated! >= before) continue;
        await this.#objects.abort(upload);
        swept++;
      }
    for await (const { Key, LastModified } of this.#objects.list(`${this.#root}incoming/`)) {
      if (LastModified! >= before) continue;
      await this.#objects.remove(Key!);
      swept++;
    }
    return swept;
  }

  #key(key: string): string {
    checkKey(key);
    return `${this.#root}files/${key}`;
  }
}

class S3Upload implements Upload {
  readonly #objects: S3Objects;
  readonly #key: string;
  readonly #target: (key: string) => string;
  readonly #body = new Fed();
  readonly #written: Promise<{ etag: string }>;
  #size = 0;
  #finished = false;
  #over = false;

  constructor(objects: S3Objects, key: string, target: (key: string) => string) {
    this.#objects = objects;
    this.#key = key;
    this.#target = target;
    this.#written = objects.write(key, this.#body);
    // Whoever writes, reads or commits is told by `#written`.
    this.#body.on('error', () => {});
    this.#written.catch(() => {});
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#finished) throw new Error('an upload that is read is not written any more');
    this.#size += chunk.length;
    await this.#body.give(chunk);
    if (this.#body.destroyed) await this.#written;
  }

  read(range?: ByteRange): Readable {
    const bytes = async function* (upload: S3Upload) {
      await upload.#finish();
      yield* upload.#objects.read(upload.#key, range);
    };
    return Readable.from(bytes(this), { objectMode: false });
  }

  async commit(key: string): Promise<void> {
    const target = this.#target(key);
    const { etag } = await this.#finish();
    await this.#objects.copy({ key: this.#key, size: this.#size, etag }, target);
    await this.#forget();
  }

  async abort(): Promise<void> {
    if (this.#over) return;
    // Waited for, as a part on its way would otherwise arrive after the end.
    this.#body.destroy(new Error('the upload was given up'));
    await this.#written.catch(() => {});
    await this.#forget();
  }

  #finish(): Promise<{ etag: string }> {
    this.#finished = true;
    this.#body.push(null);
    return this.#written;
  }

  /** What cannot be forgotten now is for the next sweep: the file itself is in, or was refused, all the same. */
  async #forget(): Promise<void> {
    this.#over = true;
    await this.#objects.remove(this.#key).catch(() => {});
  }
}

/** A stream of what it is given. */
class Fed extends Readable {
  #room = Promise.withResolvers<void>();

  /** Resolves once there is room for more, or nobody reads any longer. */
  async give(chunk: Buffer): Promise<void> {
    if (this.destroyed) return;
    this.#room = Promise.withResolvers();
    if (!this.push(chunk)) await this.#room.promise;
  }

  override _read(): void {
    this.#room.resolve();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#room.resolve();
    done(error);
  }
}
