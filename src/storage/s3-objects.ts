import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type MultipartUpload,
  type _Object as ObjectSummary,
  paginateListObjectsV2,
  type S3Client,
  type ServerSideEncryption,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { isOutOfReach, storageError } from './s3-errors.ts';
import type { ByteRange } from './storage.ts';

/** Bytes of a part; S3 takes 10,000 of them, so 78 GiB a file. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts on their way at once. With the one that is being filled, an upload holds no more than three in memory: 24 MiB. */
const PARTS_AT_ONCE = 2;
/** Above it S3 copies by parts, side by side: one request copies 5 GiB at most, and a short one is seldom cut off. */
const COPY_PART_BYTES = 512 * 1024 * 1024;
/** Losses of the connection, with no byte between them, after which a read is given up. */
const MAX_LOSSES = 3;
const CHECKSUM = 'SHA256' as const;

/** Bucket and place in it, and how bytes are kept there. */
export interface Place {
  bucket: string;
  encryption: { ServerSideEncryption: ServerSideEncryption | undefined; SSEKMSKeyId: string | undefined };
  copyPartBytes?: number;
}

/** An object whose bytes are all there. */
interface Whole {
  key: string;
  size: number;
  etag: string;
}

/** The objects of a bucket. Keys are whole ones here; errors say what they mean. */
export class S3Objects {
  readonly #client: S3Client;
  readonly #place: Place;

  constructor(client: S3Client, place: Place) {
    this.#client = client;
    this.#place = place;
  }

  /** Writes what `body` gives, in parts, each with its SHA-256. Nothing is there before its end, nor where it fails. */
  async write(key: string, body: Readable): Promise<{ etag: string }> {
    const upload = new Upload({
      client: this.#client,
      params: { ...this.#at(key), ...this.#place.encryption, ChecksumAlgorithm: CHECKSUM, Body: body },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    });
    const { ETag } = await this.#meant('an upload', upload.done());
    return { etag: ETag! };
  }

  /** Reads; where the connection is lost on the way, it goes on from there. What lies beyond the end is empty. */
  read(key: string, range?: ByteRange): Readable {
    return Readable.from(this.#bytes(key, range), { objectMode: false });
  }

  /** Copies within the bucket: S3 does it, no byte comes here. */
  async copy(from: Whole, to: string): Promise<void> {
    const { bucket, encryption, copyPartBytes = COPY_PART_BYTES } = this.#place;
    const source = {
      CopySource: `${bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}`,
      CopySourceIfMatch: from.etag,
    };
    const kept = { ...this.#at(to), ...encryption };
    if (from.size <= copyPartBytes) {
      const command = new CopyObjectCommand({ ...kept, ...source, ChecksumAlgorithm: CHECKSUM });
      await this.#meant('a copy', this.#client.send(command));
      return;
    }
    // Without SHA-256: what S3 copies in parts it guards by checksums of its own, and not every server tells that of a part.
    const { UploadId } = await this.#meant(
      'a copy in parts',
      this.#client.send(new CreateMultipartUploadCommand(kept)),
    );
    const upload = { ...this.#at(to), UploadId };
    try {
      const starts = Array.from(
        { length: Math.ceil(from.size / copyPartBytes) },
        (_, i) => i * copyPartBytes,
      );
      const copies = await Promise.allSettled(
        starts.map(async (start, i) => {
          const PartNumber = i + 1;
          const CopySourceRange = `bytes=${start}-${Math.min(start + copyPartBytes, from.size) - 1}`;
          const command = new UploadPartCopyCommand({ ...upload, ...source, PartNumber, CopySourceRange });
          const { CopyPartResult } = await this.#meant('a copy of a part', this.#client.send(command));
          return { PartNumber, ETag: CopyPartResult!.ETag };
        }),
      );
      const Parts = copies.map((copy) => {
        if (copy.status === 'rejected') throw copy.reason;
        return copy.value;
      });
      const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
      await this.#meant('the end of a copy', this.#client.send(command));
    } catch (error) {
      // What cannot be taken back now is for the next sweep.
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.#meant('a removal', this.#client.send(new DeleteObjectCommand(this.#at(key))));
  }

  async *list(prefix: string): AsyncGenerator<ObjectSummary> {
    const pages = paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#place.bucket, Prefix: prefix },
    );
    const next = (): Promise<IteratorResult<ListObjectsV2CommandOutput, unknown>> =>
      this.#meant('a listing', pages.next());
    let page: IteratorResult<ListObjectsV2CommandOutput, unknown> = await next();
    for (; !page.done; page = await next()) yield* page.value.Contents ?? [];
  }

  /** Asks for a listing of one: unlike a HEAD, its refusal says why. */
  async ask(prefix: string, withinMs: number): Promise<void> {
    const command = new ListObjectsV2Command({ Bucket: this.#place.bucket, Prefix: prefix, MaxKeys: 1 });
    const answer = this.#client.send(command, { abortSignal: AbortSignal.timeout(withinMs) });
    await this.#meant('a listing', answer);
  }

  /** Uploads in parts that were begun and neither completed nor aborted. */
  async *unfinished(prefix: string): AsyncGenerator<MultipartUpload> {
    let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
    while (from) {
      const page: ListMultipartUploadsCommandOutput = await this.#meant(
        'a listing of uploads',
        this.#client.send(
          new ListMultipartUploadsCommand({ Bucket: this.#place.bucket, Prefix: prefix, ...from }),
        ),
      );
      yield* page.Uploads ?? [];
      from = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : undefined;
    }
  }

  async abort({ Key, UploadId }: MultipartUpload): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(Key!), UploadId });
    await this.#meant('the end of an upload', this.#client.send(command));
  }

  async *#bytes(key: string, { start, end }: ByteRange = { start: 0 }): AsyncGenerator<Buffer> {
    let offset = start;
    let etag: string | undefined;
    let losses = 0;
    while (end === undefined || offset <= end) {
      const whole = offset === 0 && end === undefined;
      const command = new GetObjectCommand({
        ...this.#at(key),
        ...(!whole && { Range: `bytes=${offset}-${end ?? ''}` }),
        ...(etag !== undefined && { IfMatch: etag }),
      });
      const answer = await this.#meant('a read', this.#client.send(command)).catch(unlessBeyondTheEnd);
      if (!answer) return;
      etag = answer.ETag;
      const body = answer.Body as Readable;
      const chunks = body.iterator();
      try {
        for (;;) {
          let next: IteratorResult<Buffer>;
          try {
            next = await chunks.next();
          } catch (error) {
            if (!isOutOfReach(error) || ++losses > MAX_LOSSES)
              throw storageError(error, this.#doing('a read'));
            break;
          }
          if (next.done) return;
          losses = 0;
          offset += next.value.length;
          yield next.value;
        }
      } finally {
        body.destroy();
      }
    }
  }

  #at(key: string) {
    return { Bucket: this.#place.bucket, Key: key };
  }

  #doing(what: string): string {
    return `the bucket ${this.#place.bucket}, asked for ${what}`;
  }

  #meant<T>(what: string, answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw storageError(error, this.#doing(what));
    });
  }
}

/** A range that begins at or beyond the end, of an empty file for one, is answered by 416. */
function unlessBeyondTheEnd(error: unknown): undefined {
  const { cause } = error as { cause?: { name?: string } };
  if (cause?.name !== 'InvalidRange') throw error;
}
