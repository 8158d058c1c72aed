import { writeFile } from 'node:fs/promises';
import { FeedError, parseFeeds } from '../../files/feeds.ts';
import type { FileType } from '../../files/names.ts';
import { UsageError } from '../usage.ts';
import { draftFeeds } from './feed.ts';
import { readKnownWords } from './known-words.ts';
import { readSample } from './samples.ts';
import { draftText } from './yaml.ts';

export interface DraftOptions {
  client?: string | undefined;
  fileType?: FileType | undefined;
  out?: string | undefined;
  force?: boolean | undefined;
}

/**
 * Drafts a client's description from samples of its files.
 * @throws UsageError where the samples are not of one client, or none of their columns is known; FileRejected
 */
export async function draft(
  paths: readonly string[],
  said: Pick<DraftOptions, 'client' | 'fileType'>,
  { dbtDir, maxWorkbookBytes }: { dbtDir: string; maxWorkbookBytes: number },
): Promise<string> {
  const known = await readKnownWords(dbtDir);
  const samples = await Promise.all(paths.map((path) => readSample(path, said, maxWorkbookBytes)));
  samples.sort((a, b) => (a.period ?? '').localeCompare(b.period ?? ''));
  const clients = [...new Set(samples.map(({ client }) => client))];
  if (clients.length > 1)
    throw new UsageError(`The files are of ${clients.join(', ')}: a draft is of one client, give --client.`);
  const feeds = draftFeeds(samples, known);
  const blind = feeds.find(({ proposals }) => proposals.length < 2);
  // A first row of data would put patients' values where names of columns should be.
  if (blind)
    throw new UsageError(
      `No column of the ${blind.fileType} files has a name that is known: is the first row the header?`,
    );
  return draftText(clients[0]!, feeds);
}

/** `waymark feeds draft`. @returns the exit code */
export async function draftCommand(
  paths: readonly string[],
  options: DraftOptions,
  settings: { dbtDir: string; maxWorkbookBytes: number },
): Promise<number> {
  const text = await draft(paths, options, settings);
  if (options.out === undefined) process.stdout.write(text);
  else
    await writeFile(options.out, text, { flag: options.force ? 'w' : 'wx' }).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
      throw new UsageError(`${options.out} is there already: --force writes over it.`);
    });
  try {
    parseFeeds(text, options.out ?? 'the draft');
    if (options.out)
      console.error(`wrote ${options.out}: read it, then run \`npx waymark feeds check\` on the files`);
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    console.error(`The draft needs you before it can be used: ${error.message}`);
  }
  return 0;
}
