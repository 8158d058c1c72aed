import { DirectoryStorage } from './directory.ts';
import type { Storage } from './storage.ts';

/** The storage for a URL: `file:///directory`. */
export async function openStorage(url: string): Promise<Storage> {
  return DirectoryStorage.open(new URL(url));
}
