import type { FileRow } from '../../src/files/ledger.ts';
import { claimFile } from '../../src/files/settle.ts';
import type { Queryable } from '../../src/platform/database.ts';

/** Begins to load an accepted file, which nobody else does. */
export async function claimed(db: Queryable, id: string): Promise<FileRow> {
  const claim = await claimFile(db, id);
  if (!claim.locked || !claim.file) throw new Error(`file ${id} cannot be claimed`);
  return claim.file;
}
