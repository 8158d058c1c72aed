import { refused } from './refusals.ts';

const EMPTY = Buffer.alloc(0);
const WINDOW_BYTES = 256 * 1024;
/** A cell has at most 32,767 characters; this holds such a one however it is written, and its formula. */
const MAX_UNIT_BYTES = 1024 * 1024;

/** XML that comes in pieces, scanned in whole units: what is not yet whole waits for the next piece. */
export abstract class UnitScanner {
  #window: Buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  #length = 0;

  /**
   * Scans `xml` up to `end`, beyond which it holds no meaning.
   * @returns where the first unit begins that is not whole
   */
  protected abstract scan(xml: Buffer, end: number): number;

  /** @throws FileRejected */
  push(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#window.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#window.length * 2));
      this.#window.copy(larger, 0, 0, this.#length);
      this.#window = larger;
    }
    piece.copy(this.#window, this.#length);
    const scanned = this.scan(this.#window, length);
    this.#window.copyWithin(0, scanned, length);
    this.#length = length - scanned;
    if (this.#length > MAX_UNIT_BYTES) throw refused.tooMuch('1 MiB in one cell');
  }

  /** Goes on where `scan` stopped of its own accord. */
  resume(): void {
    this.push(EMPTY);
  }
}
