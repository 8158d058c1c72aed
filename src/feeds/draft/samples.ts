import { isAscii, isUtf8 } from 'node:buffer';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  type Delimiter,
  type FileType,
  type Format,
  foldClient,
  foldColumn,
  parseFileName,
} from '../../files/names.ts';
import { readCsvHeader } from '../../load/csv-header.ts';
import { FileRejected } from '../../load/rejection.ts';
import { HEAD_BYTES } from '../../load/sniff.ts';
import type { Source } from '../../load/source.ts';
import { openTableFile } from '../../load/table-file.ts';
import { localFile } from '../local-file.ts';
import { UsageError } from '../usage.ts';

/** A file that a client sent, to draft a feed from. */
export interface Sample {
  client: string;
  fileType: FileType;
  /** `YYYY-MM`; undefined where the name does not tell. */
  period: string | undefined;
  format: Format;
  /** Of a CSV: as a feed describes it; undefined where nothing has to be said. */
  encoding: string | undefined;
  delimiter: Delimiter | undefined;
  headers: string[];
  /** Cells in the order of the headers, cleaned: a run of white space is one space, nothing is null. */
  rows: (string | null)[][];
  rejected: number;
}

/** So many rows of a file are looked at. */
const MAX_ROWS = 50_000;

/**
 * Reads a sample.
 * @param said what is not to be taken from the file's name
 * @throws UsageError where client or file type are not known; FileRejected where the file is no table
 */
export async function readSample(
  path: string,
  said: { client?: string | undefined; fileType?: FileType | undefined },
  maxWorkbookBytes: number,
): Promise<Sample> {
  const named = parseFileName(basename(path));
  const fileType = said.fileType ?? named?.file_type;
  const client = said.client === undefined ? named?.client : foldClient(said.client);
  if (!fileType)
    throw new UsageError(
      `${path}: its name does not tell the file type: add --type membership or --type claims`,
    );
  if (!client) throw new UsageError(`${path}: its name does not tell the client: add --client client_x`);
  const source = await localFile(path);
  const options = { headerOnly: false, maxWorkbookBytes };
  const table = await openTableFile(source, {}, options).catch((error) => {
    throw error instanceof FileRejected ? new FileRejected(error.code, `${path}: ${error.message}`) : error;
  });
  try {
    const sample: Sample = {
      client,
      fileType,
      period: named?.period,
      format: table.format,
      ...(table.format === 'csv' ? await writingOf(source) : { encoding: undefined, delimiter: undefined }),
      headers: table.cells.map(({ text, position }) =>
        text.trim() === '' ? foldColumn('', position) : text,
      ),
      rows: [],
      rejected: 0,
    };
    for await (const batch of table.records()) {
      sample.rows.push(...batch.rows.map(({ fields }) => fields.map(cleaned)));
      sample.rejected += batch.rejected.length;
      if (sample.rows.length >= MAX_ROWS) break;
    }
    return sample;
  } finally {
    await table.close();
  }
}

/** How a CSV file is written. */
async function writingOf(source: Source): Promise<Pick<Sample, 'encoding' | 'delimiter'>> {
  const bytes = await buffer(source.read({ start: 0, end: HEAD_BYTES * 16 - 1 }));
  const head = bytes.subarray(0, HEAD_BYTES);
  const { dialect, encoding } = readCsvHeader(head, head.length >= source.size);
  return { delimiter: dialect.delimiter as Delimiter, encoding: encoding.name ?? encodingSeen(bytes) };
}

/** UTF-8 is recognised, and so need not be described. */
function encodingSeen(bytes: Buffer): string | undefined {
  if (isAscii(bytes) || isUtf8(bytes)) return undefined;
  // ISO-8859-1 has nothing but control characters there, which no file has.
  return bytes.some((byte) => byte >= 0x80 && byte <= 0x9f) ? 'windows-1252' : 'ISO-8859-1';
}

/** As the macro clean_text does it. */
const cleaned = (field: string | null): string | null =>
  field?.replace(/[\s\u0085\u200b]+/g, ' ').trim() || null;
