/** The offset of the next such byte, or the length where there is none. */
export function indexOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at < 0 ? bytes.length : at;
}

/** Below so many bytes a loop is quicker than a call out of the compiled code. */
const SHORT = 24;

/** Copies bytes. @returns where they end in `out` */
export function copy(bytes: Buffer, from: number, to: number, out: Buffer, at: number): number {
  if (to - from >= SHORT) return at + bytes.copy(out, at, from, to);
  for (let i = from; i < to; i++) out[at++] = bytes[i]!;
  return at;
}

export function count(bytes: Buffer, byte: number, from: number, to: number): number {
  let found = 0;
  for (let at = from; at < to; at++) if (bytes[at] === byte) found++;
  return found;
}
