import type { Readable } from 'node:stream';

/** Bytes on their way into storage: nothing is to be seen under the key before `commit`. */
export interface Upload {
  /** Writes a chunk; resolves when it is taken. @throws ENOSPC where the storage is full */
  write(chunk: Buffer): Promise<void>;
  /** Reads from the bytes written so far. */
  read(range?: ByteRange): Readable;
  /** Makes the bytes durable under `key`, all or nothing. */
  commit(key: string): Promise<void>;
  /** Forgets the bytes. Safe to call at any time, also after `commit`. */
  abort(): Promise<void>;
}

export interface ByteRange {
  /** Offset of the first byte. */
  start: number;
  /** Offset of the last byte, itself included. */
  end?: number;
}

/** A file that was committed. */
export interface Stored {
  key: string;
  /** Bytes. */
  size: number;
  /** Never after its commit, and before it by no longer than its upload took. */
  modified: Date;
}

/** Where accepted files' bytes live. */
export interface Storage {
  create(): Promise<Upload>;
  read(key: string, range?: ByteRange): Readable;
  remove(key: string): Promise<void>;
  /** Every file that was committed, in no order. One that comes or goes meanwhile may be told of or not. */
  list(): AsyncIterable<Stored>;
  /** @throws where nothing could be written now */
  check(): Promise<void>;
  /** Forgets uploads that were begun before `before` and never ended: their process was killed. @returns how many */
  sweep(before: Date): Promise<number>;
}
