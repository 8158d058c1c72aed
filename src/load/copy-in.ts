import type { Socket } from 'node:net';
import type { Submittable } from 'pg';
import type { Client } from '../platform/database.ts';

/** What of pg's connection a COPY needs (its `Query` classes use the same). */
interface Connection {
  stream: Socket;
  query(text: string): void;
  sendCopyFail(reason: string): void;
}

/** Messages of the protocol (PostgreSQL manual, 55.7): a byte that says which, and the length of what follows, itself included. */
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = Buffer.from([...Buffer.from('c'), 0, 0, 0, 4]);
const HEAD_BYTES = 5;
const LENGTH_BYTES = 4;
/** Postgres takes a message in whole before it reads it: this much stays in a processor's own cache. */
const MESSAGE_BYTES = 64 * 1024;

/**
 * One `COPY … FROM STDIN`. A write is done once the system has the bytes: the caller may write over them then, so that a
 * load of any size goes through the same few buffers.
 */
export class CopyIn implements Submittable {
  readonly #text: string;
  readonly #begun = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<number>();
  #connection!: Connection;
  #error: Error | undefined;
  #rows = 0;

  private constructor(text: string) {
    this.#text = text;
    // Who waits for them is told; nobody has to.
    this.#begun.promise.catch(() => {});
    this.#ended.promise.catch(() => {});
  }

  static start(client: Client, text: string): CopyIn {
    return client.query(new CopyIn(text));
  }

  /** @throws what Postgres, or the connection, failed with, also where that was an earlier write's fault */
  async write(bytes: Buffer): Promise<void> {
    await this.#begun.promise;
    if (this.#error) throw this.#error;
    const { stream } = this.#connection;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.cork();
    for (let from = 0; from < bytes.length; from += MESSAGE_BYTES) {
      const message = bytes.subarray(from, from + MESSAGE_BYTES);
      const head = Buffer.allocUnsafe(HEAD_BYTES);
      head[0] = COPY_DATA;
      head.writeUInt32BE(message.length + LENGTH_BYTES, 1);
      stream.write(head);
      if (from + MESSAGE_BYTES < bytes.length) stream.write(message);
      else stream.write(message, (error) => (error ? reject(this.#error ?? error) : resolve()));
    }
    stream.uncork();
    await promise;
  }

  /** @returns the rows that Postgres took */
  async end(): Promise<number> {
    await this.#begun.promise;
    if (!this.#error) this.#connection.stream.write(COPY_DONE);
    return this.#ended.promise;
  }

  /** Takes back what was written. Safe to call at any time. */
  async fail(): Promise<void> {
    await this.#begun.promise.catch(() => {});
    if (!this.#error) this.#connection.sendCopyFail('what came before was not right');
    await this.#ended.promise.catch(() => {});
  }

  // What pg calls as the messages come in.

  submit(connection: unknown): void {
    this.#connection = connection as Connection;
    this.#connection.query(this.#text);
  }

  handleCopyInResponse(): void {
    this.#begun.resolve();
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(/^COPY (\d+)/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#ended.resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.#error = error;
    this.#begun.reject(error);
    this.#ended.reject(error);
  }
}
