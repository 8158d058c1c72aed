import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Bytes that are read as a table: an upload not yet accepted, or a file in storage. */
export interface Source {
  size: number;
  read(range?: { start: number; end?: number }): Readable;
  /** Hex SHA-256 that the bytes must have, where it is known. */
  sha256?: string;
}

/** The stored bytes are not those that were accepted. */
export class BytesChanged extends Error {
  override name = 'BytesChanged';

  constructor() {
    super('the stored bytes are not those that were accepted: their SHA-256 differs');
  }
}

/**
 * All bytes, passed on; at their end their hash is held against the one that they must have.
 * @param bytes what the source has, where it was read already
 * @throws BytesChanged
 */
export async function* hashed(source: Source, bytes?: Iterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of bytes ?? source.read()) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
  if (source.sha256 !== undefined && hash.digest('hex') !== source.sha256) throw new BytesChanged();
}
