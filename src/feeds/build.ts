import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { type Feed, readFeeds } from '../files/feeds.ts';
import { ClientDescription } from './description.ts';
import { normalizeDocs, sourceDocs, stagingDocs } from './model-docs.ts';
import { feedMacros, MARK, normalizeModel, normalizeName, stagingModel, stagingName } from './models.ts';

const STAGING = 'models/staging';
const NORMALIZE = 'models/intermediate/normalize';
const MACROS = 'macros/generated';
/** The editor's view of a description, beside the descriptions. */
const SCHEMA = 'feed.schema.json';

export interface BuildDirectories {
  feeds: string;
  dbt: string;
}

/** The files that the descriptions make, by path. */
export function filesOf(
  feeds: readonly Feed[],
  { feeds: feedsDir, dbt }: BuildDirectories,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const feed of feeds) {
    files.set(join(dbt, STAGING, `${stagingName(feed)}.sql`), stagingModel(feed));
    files.set(join(dbt, NORMALIZE, `${normalizeName(feed)}.sql`), normalizeModel(feed));
  }
  files.set(join(dbt, MACROS, 'feeds.sql'), feedMacros(feeds));
  files.set(join(dbt, STAGING, '_export.yml'), sourceDocs(feeds));
  files.set(join(dbt, STAGING, '_feeds.yml'), stagingDocs(feeds));
  files.set(join(dbt, NORMALIZE, '_feeds.yml'), normalizeDocs(feeds));
  files.set(join(feedsDir, SCHEMA), jsonSchema());
  return files;
}

/** What editors complete and check descriptions with. */
function jsonSchema(): string {
  const schema = z.toJSONSchema(ClientDescription, { io: 'input' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

export interface Build {
  /** Paths of files that were not as the descriptions make them, and are now (or would be). */
  changed: string[];
  /** Generated files of clients that are not described any more. */
  removed: string[];
}

/**
 * Writes what the descriptions make of the dbt project, and removes what they no longer make: without descriptions, a project
 * that builds empty marts.
 * @param check only tell what would be done
 * @throws FeedError with file, line and column where a description is wrong
 */
export async function build(directories: BuildDirectories, { check }: { check: boolean }): Promise<Build> {
  const files = filesOf((await readFeeds(directories.feeds, { none: true })).all, directories);
  const changed: string[] = [];
  for (const [path, content] of files) {
    if ((await readFile(path, 'utf8').catch(() => undefined)) === content) continue;
    changed.push(path);
    if (check) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  const removed = (await generatedIn(directories.dbt)).filter((path) => !files.has(path));
  if (!check) for (const path of removed) await rm(path);
  return { changed, removed };
}

async function generatedIn(dbt: string): Promise<string[]> {
  const generated: string[] = [];
  for (const folder of [STAGING, NORMALIZE, MACROS]) {
    const names = await readdir(join(dbt, folder)).catch(() => []);
    for (const name of names) {
      const path = join(dbt, folder, name);
      if (/\.(sql|yml)$/.test(name) && (await readFile(path, 'utf8')).slice(0, 80).includes(MARK))
        generated.push(path);
    }
  }
  return generated;
}

/** `waymark feeds build`. @returns the exit code */
export async function buildCommand(
  directories: BuildDirectories,
  options: { check: boolean },
): Promise<number> {
  const { changed, removed } = await build(directories, options);
  const shown = (path: string) => relative(process.cwd(), path);
  for (const path of changed) console.log(`${options.check ? 'is stale:' : 'wrote'} ${shown(path)}`);
  for (const path of removed) console.log(`${options.check ? 'is of no feed:' : 'removed'} ${shown(path)}`);
  if (changed.length + removed.length === 0) console.log('the dbt project is what the feeds make');
  else if (options.check) console.log('Run `npx waymark feeds build` and commit what it writes.');
  return options.check && changed.length + removed.length > 0 ? 1 : 0;
}
