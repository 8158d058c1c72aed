import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { FILE_TYPES, type FileType, foldColumn } from './names.ts';

const Column = z.strictObject({
  type: z.enum(['id', 'text', 'code', 'date', 'integer', 'amount']),
  /** A file without it is refused; an optional one loads as null and is reported as drift. */
  required: z.boolean().default(false),
});

const FeedFile = z.strictObject({
  delivery: z.enum(['snapshot', 'incremental']),
  key: z.array(z.string().min(1)).min(1),
  columns: z.record(z.string().min(1), Column),
});

const ClientFile = z.strictObject({
  client: z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'must be snake case, at most 31 characters'),
  feeds: z.partialRecord(z.enum(FILE_TYPES), FeedFile),
});

export interface FeedColumn {
  /** As the client writes it. */
  header: string;
  /** Its name in the database. */
  name: string;
  type: z.output<typeof Column>['type'];
  required: boolean;
}

/** One client's one file type. */
export interface Feed {
  client: string;
  file_type: FileType;
  delivery: 'snapshot' | 'incremental';
  /** Database names of the columns that identify a record. */
  key: string[];
  columns: FeedColumn[];
}

/** A feed's description is wrong: the message names the file, the line and what is expected. */
export class FeedError extends Error {
  override name = 'FeedError';
}

export class Feeds {
  readonly all: readonly Feed[];

  constructor(feeds: readonly Feed[]) {
    this.all = feeds;
  }

  get clients(): string[] {
    return [...new Set(this.all.map((feed) => feed.client))].sort();
  }

  find(client: string, fileType: FileType): Feed | undefined {
    return this.all.find((feed) => feed.client === client && feed.file_type === fileType);
  }
}

/**
 * Reads every `*.yaml` of a directory.
 * @throws FeedError with file, line and column for the first description that is wrong
 */
export async function readFeeds(directory: string): Promise<Feeds> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const feeds: Feed[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const read = parseFeeds(await readFile(path, 'utf8'), path);
    const twice = read.find((feed) => feeds.some((other) => other.client === feed.client));
    if (twice) throw new FeedError(`${path}: client ${twice.client} is described in another file already`);
    feeds.push(...read);
  }
  if (feeds.length === 0) throw new FeedError(`${directory}: no feed is described there (no *.yaml)`);
  return new Feeds(feeds);
}

/** The feeds that one YAML text describes. `path` is for messages only. */
export function parseFeeds(text: string, path: string): Feed[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const syntax = document.errors[0];
  if (syntax) throw new FeedError(`${at(syntax.pos[0])}: ${syntax.message.split('\n')[0]}`);
  const read = ClientFile.safeParse(document.toJS());
  if (!read.success) {
    const issue = read.error.issues[0]!;
    const place = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    throw new FeedError(
      `${at(offsetOf(document, place))}: ${place.join('.') || 'the description'}: ${issue.message}`,
    );
  }
  return Object.entries(read.data.feeds).map(([fileType, described]) => {
    const place = ['feeds', fileType];
    const columns = Object.entries(described.columns).map(([header, column], i) => ({
      header,
      name: foldColumn(header, i + 1),
      ...column,
    }));
    const twice = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) < i);
    if (twice)
      throw new FeedError(
        `${at(offsetOf(document, [...place, 'columns', twice.header]))}: two columns become ${twice.name}`,
      );
    const key = described.key.map((header) => foldColumn(header, 0));
    const unknown = key.find((name) => !columns.some((column) => column.name === name && column.required));
    if (unknown)
      throw new FeedError(
        `${at(offsetOf(document, [...place, 'key']))}: key ${unknown} is not one of the required columns`,
      );
    return {
      client: read.data.client,
      file_type: fileType as FileType,
      delivery: described.delivery,
      key,
      columns,
    };
  });
}

function offsetOf(document: ReturnType<typeof parseDocument>, path: (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
