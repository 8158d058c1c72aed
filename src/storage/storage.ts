import type { Readable } from 'node:stream';

/** Bytes on their way into storage: nothing is to be seen under the key before `commit`. */
export interface Upload {
  /** Writes a chunk; resolves when it is taken. The first read or the commit ends the writing. */
  write(chunk: Buffer): Promise<void>;
  /** Reads what was written. */
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

/**
 * Why a storage could not do what it was asked to. A directory's errors come from the system and bear the same codes:
 *
 * - `ENOENT`: there are no bytes under that key
 * - `ENOSPC`: there is no space left
 * - `EACCES`: it refuses: credentials, rights, a bucket that is not there
 * - `EAGAIN`: it is out of reach, or too busy; asked again later, it may do it
 */
export class StorageError extends Error {
  override name = 'StorageError';
  readonly code: 'ENOENT' | 'ENOSPC' | 'EACCES' | 'EAGAIN';

  constructor(code: StorageError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Where accepted files' bytes live. */
export interface Storage {
  create(): Promise<Upload>;
  /** Reads a file, or what it has of a range. Fails with `ENOENT` where there is none. */
  read(key: string, range?: ByteRange): Readable;
  /** Forgets a file; one that is not there is forgotten already. */
  remove(key: string): Promise<void>;
  /** Every file that was committed, in no order. One that comes or goes meanwhile may be told of or not. */
  list(): AsyncIterable<Stored>;
  /** @throws where nothing could be written now */
  check(): Promise<void>;
  /** Forgets uploads that were begun before `before` and never ended: their process was killed. @returns how many */
  sweep(before: Date): Promise<number>;
}

/** @throws where a key is no plain path: it might lead out of the storage */
export function checkKey(key: string): void {
  if (key.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new Error('a storage key leads out of the storage');
}
