import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Source } from '../load/source.ts';
import { UsageError } from './usage.ts';

/**
 * A file on this machine, as the loader reads files.
 * @throws UsageError where there is none
 */
export async function localFile(path: string): Promise<Source> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new UsageError(`${path}: there is no such file`);
  return { size: found.size, read: (range = { start: 0 }) => createReadStream(path, range) };
}
