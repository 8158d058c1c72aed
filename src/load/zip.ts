import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { FileRejected } from './rejection.ts';
import { WorkbookCounts } from './zip-counts.ts';

/** A workbook has some dozens of parts; one with more is no workbook that anybody made. */
const MAX_ENTRIES = 10_000;
/** Sheets shrink 5 to 60 times when zipped; what shrinks more and is this large unzipped was made to do harm. */
const MAX_RATIO = 250;
const RATIO_FROM_BYTES = 32 * 1024 * 1024;

const rejected = {
  notWorkbook: () =>
    new FileRejected(
      'not_a_workbook',
      'The file is a zip archive but not an .xlsx workbook. Save it as .xlsx or CSV.',
    ),
  damaged: (cause?: unknown) =>
    new FileRejected(
      'damaged_workbook',
      'The workbook is damaged or cut off: it cannot be unzipped. Send it again.',
      {
        cause,
      },
    ),
};

/** @param limit in bytes */
export const workbookTooLarge = (limit: number) =>
  new FileRejected(
    'workbook_too_large',
    `The workbook grows beyond ${Math.round(limit / 1024 / 1024)} MiB when unzipped. Send it as CSV.`,
  );

/**
 * Makes sure that `bytes` are a whole .xlsx whose parts, really inflated, stay within `maxBytes` together, and hold no more
 * cells and texts than a reader can.
 * @throws FileRejected saying what is wrong
 */
export async function checkWorkbookZip(bytes: Buffer, maxBytes: number): Promise<void> {
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.fromBufferPromise(bytes, { validateEntrySizes: true });
  } catch (cause) {
    throw rejected.damaged(cause);
  }
  if (zip.entryCount > MAX_ENTRIES) throw rejected.notWorkbook();
  let inflated = 0;
  const names = new Set<string>();
  const counts = new WorkbookCounts();
  try {
    for await (const entry of zip.eachEntry()) {
      names.add(entry.fileName.toLowerCase());
      if (inflated + entry.uncompressedSize > maxBytes) throw workbookTooLarge(maxBytes);
      if (entry.isEncrypted())
        throw new FileRejected(
          'encrypted_workbook',
          'The workbook is encrypted. Save it without a password.',
        );
      let checksum = 0;
      const counter = counts.of(entry.fileName);
      // What the directory says of a size can be a lie: count what comes out.
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        checksum = crc32(chunk as Buffer, checksum);
        counter?.push(chunk as Buffer);
        inflated += (chunk as Buffer).length;
        if (inflated > maxBytes || (inflated > RATIO_FROM_BYTES && inflated > bytes.length * MAX_RATIO))
          throw workbookTooLarge(Math.min(maxBytes, inflated));
      }
      if (checksum !== entry.crc32) throw rejected.damaged();
    }
  } catch (error) {
    throw error instanceof FileRejected ? error : rejected.damaged(error);
  }
  if (!names.has('xl/workbook.xml')) throw rejected.notWorkbook();
}
