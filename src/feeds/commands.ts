import { type FileType, foldFileType } from '../files/names.ts';
import { readConfig } from '../platform/config.ts';
import { buildCommand } from './build.ts';
import { UsageError } from './usage.ts';

/** `waymark feeds build`. @returns the exit code */
export function buildModels(options: { check: boolean }): Promise<number> {
  const config = readConfig(process.env, 'feeds', 'dbt');
  return buildCommand({ feeds: config.FEEDS_DIR, dbt: config.DBT_PROJECT_DIR }, options);
}

interface Said {
  client?: string;
  type?: string;
}

/** `waymark feeds draft`. @returns the exit code */
export async function draftFeed(
  files: readonly string[],
  { client, type, out, force }: Said & { out?: string; force?: boolean },
): Promise<number> {
  const config = readConfig(process.env, 'dbt', 'workbook');
  const { draftCommand } = await import('./draft/draft.ts');
  return draftCommand(
    files,
    { client, fileType: fileTypeOf(type), out, force },
    { dbtDir: config.DBT_PROJECT_DIR, maxWorkbookBytes: config.MAX_WORKBOOK_BYTES },
  );
}

/** `waymark feeds check`. @returns the exit code */
export async function checkFiles(
  files: readonly string[],
  { client, type, feed, period, rows }: Said & { feed?: string; period?: string; rows: string },
): Promise<number> {
  const config = readConfig(process.env, 'feeds', 'dbt', 'workbook');
  if (!/^\d{1,4}$/.test(rows)) throw new UsageError('--rows must be a number: how many rows to show');
  const { checkCommand } = await importCheck();
  return checkCommand(
    files,
    { client, fileType: fileTypeOf(type), feed, period, rows: Number(rows) },
    {
      feedsDir: config.FEEDS_DIR,
      dbtDir: config.DBT_PROJECT_DIR,
      maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
    },
  );
}

/** What a check runs on, Postgres in WebAssembly, is a development package: images are without it. */
async function importCheck() {
  try {
    return await import('./check/check.ts');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('A check needs the development packages: run it in a clone, after `npm install`.');
  }
}

function fileTypeOf(type: string | undefined): FileType | undefined {
  const fileType = type === undefined ? undefined : foldFileType(type);
  if (type !== undefined && !fileType) throw new UsageError('--type must be membership or claims');
  return fileType;
}
