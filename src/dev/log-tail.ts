import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** How much of the end of a log is looked at, in bytes. */
const TAIL_BYTES = 16 * 1024;

/** The last lines of a log file; empty if there is none. */
export function logTail(file: string, lines = 20): string {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(fd);
  }
}
