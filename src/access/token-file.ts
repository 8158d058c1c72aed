import { readFile } from 'node:fs/promises';
import { type Log, loggableError } from '../platform/log.ts';
import { parseTokens, type Token, TokensError } from './tokens.ts';

/** A file of tokens that is read again when it changes. */
export class TokenFile {
  readonly #path: string;
  readonly #log: Log;
  #text: string | undefined;
  #missing = false;
  #tokens: readonly Token[] = [];

  private constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /**
   * A file that is not there holds no tokens, until it comes: a Secret may be made after the pod.
   * @throws TokensError where what is there is wrong
   */
  static async open(path: string, log: Log): Promise<TokenFile> {
    const file = new TokenFile(path, log);
    const text = await file.#read();
    if (text !== undefined) file.#take(text);
    return file;
  }

  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  /**
   * Looks whether the file has changed. By its content, not by events of the file system: the kubelet swaps a link above it.
   * A new one that is broken, or gone, leaves the tokens as they were.
   */
  async look(): Promise<void> {
    try {
      const text = await this.#read();
      if (text === undefined || text === this.#text) return;
      this.#take(text);
      this.#log.info({ tokens: this.#tokens.length }, 'the file of tokens was read anew');
    } catch (error) {
      if (error instanceof TokensError) this.#log.error(`${error.message}: the tokens stay as they were`);
      else
        this.#log.error(
          { err: loggableError(error) },
          'the file of tokens cannot be read: they stay as they were',
        );
    }
  }

  async #read(): Promise<string | undefined> {
    try {
      const text = await readFile(this.#path, 'utf8');
      this.#missing = false;
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!this.#missing) this.#log.warn(`${this.#path}: there is no file of tokens`);
      this.#missing = true;
      return undefined;
    }
  }

  #take(text: string): void {
    this.#text = text;
    try {
      this.#tokens = parseTokens(text);
    } catch (error) {
      throw error instanceof TokensError ? new TokensError(`${this.#path}: ${error.message}`) : error;
    }
  }
}
