import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type ApiClient, ApiError, createApiClient, type FileAnswer } from './api-client.ts';
import { untilSettled } from './settled.ts';

const EXTENSIONS = new Set(['.csv', '.xlsx', '.xls']);

/**
 * `waymark load PATH…`: sends files, and the CSV and XLSX files of directories, to the API that API_URL and API_TOKEN name.
 * @returns the exit code: 1 if any file was refused, or did not load
 */
export async function load(paths: string[], { wait }: { wait: boolean }): Promise<number> {
  const { API_URL: url, API_TOKEN: token } = process.env;
  if (!url || !token) {
    console.error(
      'API_URL and API_TOKEN are not set. `npm run dev` in this clone brings both; or set them yourself.',
    );
    return 1;
  }
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const files = await findFiles(paths);
    if (files.length === 0) {
      console.error('There is no CSV or XLSX file to send.');
      return 1;
    }
    return await sendAll(createApiClient({ url, token, signal: stop.signal }), files, wait, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 130;
    if (!(error instanceof ApiError) && !isNotFound(error)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function sendAll(api: ApiClient, paths: string[], wait: boolean, signal: AbortSignal): Promise<number> {
  let good = true;
  const sent: FileAnswer[] = [];
  // One after the other: among files of one period the order of acceptance says which is newest.
  for (const path of paths) {
    const answer = await api.send(path);
    if (answer.outcome === 'refused') {
      good = false;
      console.log(`${basename(path)}  refused (${answer.status}): ${answer.reason}`);
      continue;
    }
    sent.push(answer.file);
    const outcome = answer.outcome === 'held' ? 'already held' : 'accepted';
    console.log(`${basename(path)}  ${outcome}  ${answer.file.state}  ${answer.file.id}`);
  }
  if (!wait || sent.length === 0) return good ? 0 : 1;

  const ids = [...new Set(sent.map((file) => file.id))];
  for (const file of await untilSettled(api, ids, { signal })) {
    if (file.state === 'failed' || file.state === 'rejected') good = false;
    const rows =
      file.rows_loaded === null ? '' : `  ${file.rows_loaded} rows, ${file.rows_rejected ?? 0} rejected`;
    console.log(`${file.name}  ${file.state}${rows}${file.message ? `  ${file.message}` : ''}`);
  }
  return good ? 0 : 1;
}

/** The files that are meant, in the order given; those of a directory by name. */
async function findFiles(paths: string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      if (!statSync(path).isDirectory()) return [path];
      const entries = await readdir(path, { withFileTypes: true, recursive: true });
      return entries
        .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
    }),
  );
  return found.flat();
}

const isNotFound = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
