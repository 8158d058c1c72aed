import type { Config } from '../platform/config.ts';
import { DirectoryStorage } from './directory.ts';
import type { Storage } from './storage.ts';

/** The storage that the settings name: `file:///directory` or `s3://bucket/prefix`. */
export async function openStorage(config: Config<'storage'>): Promise<Storage> {
  const url = new URL(config.STORAGE_URL);
  if (url.protocol === 'file:') return DirectoryStorage.open(url);
  // Only where it is needed: the SDK takes a while to load.
  const { S3Storage } = await import('./s3.ts');
  return S3Storage.open(config);
}
