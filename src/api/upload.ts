import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import multer from '@koa/multer';
import type Koa from 'koa';
import type { StorageEngine } from 'multer';
import { audit } from '../files/audit.ts';
import type { Feeds } from '../files/feeds.ts';
import { acceptFile, type FileRow, findHeld } from '../files/ledger.ts';
import type { FileType } from '../files/names.ts';
import { openFeedFile } from '../load/feed-file.ts';
import { HEAD_BYTES } from '../load/sniff.ts';
import type { Pool } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import type { ByteRange, Storage, Upload } from '../storage/storage.ts';
import { actorOf, feedsOf, requireClient } from './auth.ts';
import { Problem } from './problems.ts';
import { resolveTarget } from './target.ts';
import type { UploadLimits } from './uploads.ts';

/** A file's name, and each form field, in characters and bytes. */
const MAX_NAME_CHARACTERS = 255;
const FORM_LIMITS = {
  files: 1,
  fields: 10,
  parts: 12,
  fieldNameSize: 100,
  fieldSize: 1000,
  headerPairs: 20,
  fieldArrayIndexLimit: 0,
  fieldNestingDepth: 0,
};

/** So much of a file may have come in that is not hashed yet: its connection does not stand still for every write. */
const FILE_BUFFER_BYTES = 512 * 1024;

/** How long, and how often, the ledger is asked whether it knows a file whose commit got no answer; in milliseconds. */
const ASK_AGAIN_FOR_MS = 3000;
const ASK_AGAIN_EVERY_MS = 100;

/** What the storage engine leaves of a file that came in. */
interface Received {
  originalname: string;
  upload: Upload;
  sha256: string;
  size: number;
  /** Its first bytes: what is looked at before it is accepted, and of most files all. */
  head: Buffer;
}

/** Writes an incoming file to the storage while it is hashed; nothing of it stays where the request ends badly. */
class StorageWriter implements StorageEngine {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  _handleFile(
    _request: unknown,
    file: { stream: Readable },
    done: (error?: unknown, info?: object) => void,
  ): void {
    this.#write(file.stream).then((info) => done(null, info), done);
  }

  _removeFile(_request: unknown, file: object, done: (error: Error | null) => void): void {
    (file as Received).upload.abort().then(() => done(null), done);
  }

  async #write(stream: Readable): Promise<Omit<Received, 'originalname'>> {
    const upload = await this.#storage.create();
    try {
      const hash = createHash('sha256');
      const head: Buffer[] = [];
      let size = 0;
      // Left early, the stream is not destroyed: multer would take that for the error, and not what caused it.
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
        hash.update(chunk);
        if (size < HEAD_BYTES) head.push(chunk);
        size += chunk.length;
        await upload.write(chunk);
      }
      return { upload, sha256: hash.digest('hex'), size, head: Buffer.concat(head) };
    } catch (error) {
      stream.resume();
      await upload.abort();
      throw error;
    }
  }
}

export interface Uploading extends UploadLimits {
  pool: Pool;
  storage: Storage;
  feeds: Feeds;
  maxWorkbookBytes: number;
  /** Called with every new file: a reason to look into the outbox sooner. */
  onAccepted(file: FileRow): void;
}

/** Middleware that reads the multipart body. */
export function receiveFile(uploading: Uploading): Koa.Middleware {
  const parse = multer({
    storage: new StorageWriter(uploading.storage),
    limits: { ...FORM_LIMITS, fileSize: uploading.maxUploadBytes },
    fileHwm: FILE_BUFFER_BYTES,
    // Seen whole, so that a name that is a path is refused and not silently shortened.
    preservePath: true,
    defParamCharset: 'utf8',
  } as unknown as multer.Options).single('file') as unknown as Koa.Middleware;
  return async (ctx, next) => {
    if (!ctx.is('multipart/form-data'))
      throw new Problem(
        415,
        'unsupported_media_type',
        'Send the file as multipart/form-data, in the field "file".',
      );
    if (Number(ctx.get('content-length')) > uploading.maxUploadBytes + 64 * 1024)
      throw new Problem(413, 'too_large', `The file is larger than ${uploading.maxUploadBytes} bytes.`);
    return parse(ctx, next);
  };
}

/**
 * Takes a received file in: finds its feed, reads its header, makes its bytes durable, writes ledger and outbox.
 * @returns the file, and whether its very bytes were held already
 */
export async function takeIn(
  ctx: Koa.Context,
  routeType: FileType | undefined,
  uploading: Uploading,
): Promise<{ file: FileRow; held: boolean }> {
  const received = ctx.file as unknown as Received | undefined;
  if (!received) throw new Problem(400, 'bad_request', 'There is no file: send it in the form field "file".');
  const { upload, sha256, size } = received;
  try {
    if (received.originalname.length > MAX_NAME_CHARACTERS)
      throw new Problem(400, 'bad_name', `The file name is longer than ${MAX_NAME_CHARACTERS} characters.`);
    const fields = ((ctx.request as { body?: unknown }).body ?? {}) as Record<string, unknown>;
    const { feed, period } = resolveTarget(
      received.originalname,
      fields,
      routeType,
      uploading.feeds,
      (client) => requireClient(ctx, client),
    );
    const { client, file_type, delivery } = feed;
    const held = await findHeld(uploading.pool, { client, file_type, period, sha256 });
    if (held) return await alreadyHeld(held);

    // A header that fits nothing is held against those feeds only that the sender may know of.
    const known = feedsOf(ctx, uploading.feeds);
    const source = { size, read: reader(received) };
    const { table, columns, drift } = await openFeedFile(source, feed, known, {
      headerOnly: true,
      maxWorkbookBytes: uploading.maxWorkbookBytes,
    });
    await table.close();

    const id = randomUUID();
    const storage_key = `${client}/${file_type}/${period}/${id}.${table.format}`;
    await faults?.reach('upload.received');
    await upload.commit(storage_key);
    await faults?.reach('upload.stored');
    const file = {
      id,
      client,
      file_type,
      period,
      delivery,
      name: received.originalname,
      format: table.format,
      size_bytes: size,
      sha256,
      storage_key,
      columns,
      drift,
    };
    const accepted = await acceptFile(uploading.pool, file, actorOf(ctx)).catch(async (error: unknown) => {
      await removeUnlessKept(uploading, id, storage_key);
      throw error;
    });
    await faults?.reach('upload.accepted');
    if (accepted.held) {
      await uploading.storage.remove(storage_key);
      return await alreadyHeld(accepted.file);
    }
    uploading.onAccepted(accepted.file);
    return accepted;
  } finally {
    await upload.abort();
  }

  async function alreadyHeld(file: FileRow): Promise<{ file: FileRow; held: true }> {
    await audit(uploading.pool, actorOf(ctx), 'upload_held', { file });
    return { file, held: true };
  }
}

/** Reads an upload; what lies in its head, which is at hand, without the storage. */
const reader =
  ({ upload, size, head }: Received) =>
  (range: ByteRange = { start: 0 }): Readable => {
    const { start, end = size } = range;
    return Math.min(end + 1, size) <= head.length
      ? Readable.from([head.subarray(start, end + 1)], { objectMode: false })
      : upload.read(range);
  };

/**
 * A commit whose answer was lost may have happened: the bytes go only where the ledger surely does not know them. What took
 * the connection of the commit may have taken others of the pool: the ledger is asked until it answers, for a while.
 */
async function removeUnlessKept(uploading: Uploading, id: string, storageKey: string): Promise<void> {
  const deadline = performance.now() + ASK_AGAIN_FOR_MS;
  for (;;) {
    try {
      const known = await uploading.pool.query('select from ingest.file where id = $1', [id]);
      if (known.rowCount === 0) await uploading.storage.remove(storageKey);
      return;
    } catch {
      if (performance.now() > deadline) return;
      await delay(ASK_AGAIN_EVERY_MS);
    }
  }
}
