import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Feed, Feeds, parseFeeds, readFeeds } from '../../files/feeds.ts';
import { type FileType, foldClient, foldPeriod, parseFileName } from '../../files/names.ts';
import { FileRejected } from '../../load/rejection.ts';
import { localFile } from '../local-file.ts';
import { UsageError } from '../usage.ts';
import { dryRun } from './dry-run.ts';
import { report } from './report.ts';

export interface CheckOptions {
  /** A description to check against, in place of those of the feeds' directory. */
  feed?: string | undefined;
  client?: string | undefined;
  fileType?: FileType | undefined;
  period?: string | undefined;
  /** How many of the first rows to show. */
  rows: number;
}

/**
 * `waymark feeds check`: what would become of files, without a database.
 * @returns the exit code: 0 where all would be loaded, 1 where one would be refused
 * @throws UsageError, FeedError
 */
export async function checkCommand(
  paths: readonly string[],
  options: CheckOptions,
  settings: { feedsDir: string; dbtDir: string; maxWorkbookBytes: number },
): Promise<number> {
  const feeds =
    options.feed === undefined
      ? await readFeeds(settings.feedsDir)
      : new Feeds(parseFeeds(await readDescription(options.feed), options.feed));
  const files = paths.map((path) => ({ path, ...feedOf(path, options, feeds) }));
  let refused = 0;
  for (const { path, feed, period } of files) {
    console.log(`${path}: ${feed.client}'s ${feed.file_type} of ${period}`);
    try {
      const source = await localFile(path);
      const run = await dryRun(source, feed, feeds, { ...settings, period, show: options.rows });
      console.log(`${report(run, feed)}\n`);
    } catch (error) {
      if (!(error instanceof FileRejected)) throw error;
      refused++;
      console.log(`would be refused (${error.code}): ${error.message}\n`);
    }
  }
  return refused > 0 ? 1 : 0;
}

const readDescription = (path: string) =>
  readFile(path, 'utf8').catch(() => {
    throw new UsageError(`${path}: there is no such file`);
  });

/** The feed and the period of a file: by what was said, else by its name. */
function feedOf(path: string, options: CheckOptions, feeds: Feeds): { feed: Feed; period: string } {
  const named = parseFileName(basename(path));
  const only = feeds.clients.length === 1 ? feeds.clients[0] : undefined;
  const client = options.client === undefined ? (named?.client ?? only) : foldClient(options.client);
  const fileType = options.fileType ?? named?.file_type;
  if (!client) throw new UsageError(`${path}: its name does not tell the client: add --client client_x`);
  if (!fileType)
    throw new UsageError(
      `${path}: its name does not tell the file type: add --type membership or --type claims`,
    );
  const period = options.period === undefined ? named?.period : foldPeriod(options.period);
  if (!period) throw new UsageError(`${path}: its name does not tell the period: add --period 2023-07`);
  const feed = feeds.find(client, fileType);
  if (!feed)
    throw new UsageError(
      `${path}: no feed describes the ${fileType} of ${client}: see \`waymark feeds draft\``,
    );
  return { feed, period };
}
