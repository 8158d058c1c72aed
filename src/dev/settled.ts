import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, FileAnswer } from './api-client.ts';

/** States in which nothing more happens to a file by itself. */
const SETTLED = new Set(['loaded', 'rejected', 'failed', 'superseded', 'deleted']);
const POLL_MS = 500;

export const isSettled = (file: FileAnswer): boolean => SETTLED.has(file.state);

/** Nothing moved for too long. */
export class StuckError extends Error {
  override name = 'StuckError';
}

export interface WaitOptions {
  signal: AbortSignal;
  /** Called whenever more files are settled than before. */
  onProgress?: (settled: number, all: number) => void;
  /** How long nothing at all may change before it is given up, in milliseconds; without it, never. */
  patienceMs?: number;
}

/** Waits until each file is settled. @returns the files as they are then, in the order of the ids */
export async function untilSettled(
  api: ApiClient,
  ids: string[],
  options: WaitOptions,
): Promise<FileAnswer[]> {
  const files = new Map<string, FileAnswer>();
  let lastChange = Date.now();
  for (;;) {
    for (const id of ids) {
      const before = files.get(id);
      if (before && isSettled(before)) continue;
      const file = await api.file(id);
      if (before?.state !== file.state) lastChange = Date.now();
      files.set(id, file);
    }
    const settled = [...files.values()].filter(isSettled).length;
    options.onProgress?.(settled, files.size);
    if (settled === files.size) return ids.map((id) => files.get(id)!);
    if (options.patienceMs !== undefined && Date.now() - lastChange > options.patienceMs)
      throw new StuckError(
        `${files.size - settled} of ${files.size} files are not settled, and nothing moves.`,
      );
    await delay(POLL_MS, undefined, { signal: options.signal });
  }
}
