/**
 * A seeded stream of numbers: the same seed gives the same numbers on every machine.
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded by the FNV-1a hash of a text, so that every file and every person has
 * a stream of its own and a change in one does not move the others.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string) {
    this.#a = fnv1a(`${seed}/a`);
    this.#b = fnv1a(`${seed}/b`);
    this.#c = fnv1a(`${seed}/c`);
    for (let warmUp = 0; warmUp < 12; warmUp += 1) this.#next32();
  }

  #next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((this.#next32() / 2 ** 32) * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.#next32() / 2 ** 32 < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(0, from.length - 1)]!;
  }

  /** A new array in another order (Fisher and Yates). */
  shuffled<T>(from: readonly T[]): T[] {
    const out = [...from];
    for (let last = out.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [out[last], out[other]] = [out[other]!, out[last]!];
    }
    return out;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
