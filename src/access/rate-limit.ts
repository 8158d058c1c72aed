/** Above so many keys, those that have nothing left to wait for are forgotten. */
const MANY = 10_000;

/**
 * So many requests a second for every key, and a burst of them at once. The generic cell rate algorithm (ITU-T I.371): a key
 * needs no more than the time at which it has caught up.
 */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #burst: number;
  readonly #caughtUpAt = new Map<string, number>();

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#intervalMs = 1000 / perSecond;
    this.#burst = burst;
  }

  /**
   * Takes one request of a key.
   * @param now in milliseconds
   * @returns 0 where it may pass, or in how many milliseconds one may
   */
  take(key: string, now: number): number {
    const caughtUpAt = Math.max(now, this.#caughtUpAt.get(key) ?? 0);
    const wait = caughtUpAt - now - this.#intervalMs * (this.#burst - 1);
    // Sums of fractions are not exact: what is less than a thousandth is nothing.
    if (wait > 0.001) return wait;
    if (this.#caughtUpAt.size >= MANY && !this.#caughtUpAt.has(key)) this.#forget(now);
    this.#caughtUpAt.set(key, caughtUpAt + this.#intervalMs);
    return 0;
  }

  #forget(now: number): void {
    for (const [key, at] of this.#caughtUpAt) if (at <= now) this.#caughtUpAt.delete(key);
  }
}
