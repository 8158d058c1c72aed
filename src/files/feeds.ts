import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { ClientDescription, type FeedDescription, findMisfit, parseExpected } from '../feeds/description.ts';
import { type Mapping, mappingsOf, sourceColumns } from '../feeds/mapping.ts';
import { type Delimiter, FILE_TYPES, type FileType, type Format, foldColumn } from './names.ts';

export interface FeedColumn {
  /** As the client writes it. */
  header: string;
  /** Its name in the database. */
  name: string;
  /** A file without it is refused; an optional one loads as null and is reported as drift. */
  required: boolean;
}

/** One client's one file type. */
export interface Feed {
  client: string;
  file_type: FileType;
  delivery: 'snapshot' | 'incremental';
  /** Until which day of the following month, in UTC, a period's file should have come. */
  expected: { every: 'month'; byDay: number } | undefined;
  formats: readonly Format[];
  /** Of CSV, a label of the WHATWG Encoding Standard; undefined: recognised. */
  encoding: string | undefined;
  /** Of CSV; undefined: recognised. */
  delimiter: Delimiter | undefined;
  /** The worksheet to read; undefined: the first visible one. */
  sheet: string | undefined;
  /** Canonical columns that identify a record. */
  key: readonly string[];
  /** The file's columns. */
  columns: readonly FeedColumn[];
  /** What is made of them. */
  mappings: readonly Mapping[];
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
 * @param none whether there may be no feed
 * @throws FeedError with file, line and column for the first description that is wrong
 */
export async function readFeeds(directory: string, { none = false } = {}): Promise<Feeds> {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  const feeds: Feed[] = [];
  for (const name of names) {
    const path = join(directory, name);
    const read = parseFeeds(await readFile(path, 'utf8'), path);
    const twice = read.find((feed) => feeds.some((other) => other.client === feed.client));
    if (twice) throw new FeedError(`${path}: client ${twice.client} is described in another file already`);
    feeds.push(...read);
  }
  if (feeds.length === 0 && !none)
    throw new FeedError(
      `${directory}: no feed is described there (no *.yaml): \`npx waymark feeds draft\` proposes one`,
    );
  return new Feeds(feeds);
}

/** The feeds that one YAML text describes. `path` is for messages only. */
export function parseFeeds(text: string, path: string): Feed[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const wrongAt = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return new FeedError(`${path}:${line}:${col}: ${message}`);
  };
  const syntax = document.errors[0];
  if (syntax) throw wrongAt(syntax.pos[0], syntax.message.split('\n')[0]!);
  const padded = findPaddedNumber(document);
  if (padded) throw wrongAt(padded.offset, `${padded.source} would lose its zeros: write '${padded.source}'`);

  const read = ClientDescription.safeParse(document.toJS());
  if (!read.success) {
    const { path: place, message } = deepest(read.error.issues[0]!);
    const words = place.map((key) => (typeof key === 'symbol' ? String(key) : key));
    throw wrongAt(offsetOf(document, words), `${words.join('.') || 'the description'}: ${message}`);
  }
  const { client, feeds } = read.data;
  return FILE_TYPES.flatMap((fileType) => {
    const described = feeds[fileType];
    if (!described) return [];
    const misfit = findMisfit(fileType, described);
    if (misfit) {
      const place = ['feeds', fileType, ...misfit.path];
      throw wrongAt(offsetOf(document, place), `${place.join('.')}: ${misfit.message}`);
    }
    const feed = feedOf(client, fileType, described);
    const twice = feed.columns.find(
      ({ name }, i) => feed.columns.findIndex((other) => other.name === name) < i,
    );
    if (twice)
      throw wrongAt(
        offsetOfScalar(document, twice.header),
        `two columns become ${twice.name}: write both the same way`,
      );
    return [feed];
  });
}

function feedOf(client: string, fileType: FileType, described: FeedDescription): Feed {
  return {
    client,
    file_type: fileType,
    delivery: described.delivery,
    expected: parseExpected(described.expected),
    formats: described.format,
    encoding: described.encoding,
    delimiter: described.delimiter,
    sheet: described.sheet,
    key: described.key,
    columns: sourceColumns(described).map(({ header, required }) => ({
      header,
      name: foldColumn(header, 0),
      required,
    })),
    mappings: mappingsOf(fileType, described),
  };
}

interface Issue {
  path: PropertyKey[];
  message: string;
  errors?: Issue[][];
}

/** Where a column may be a name or a mapping, the complaint about the mapping is the one that helps. */
function deepest(issue: Issue): Issue {
  const inner = issue.errors?.flat().sort((a, b) => b.path.length - a.path.length)[0];
  const last = issue.errors?.at(-1)?.[0];
  const chosen = inner && inner.path.length > 0 ? inner : last;
  return chosen ? deepest({ ...chosen, path: [...issue.path, ...chosen.path] }) : issue;
}

/** A number that YAML would read without its leading zeros, as in `values: { female: [02] }`. */
function findPaddedNumber(document: Document): { offset: number; source: string } | undefined {
  let found: { offset: number; source: string } | undefined;
  visit(document, {
    Scalar(_, { value, source, range }) {
      if (typeof value !== 'number' || source === undefined || source === String(value)) return undefined;
      found = { offset: range?.[0] ?? 0, source };
      return visit.BREAK;
    },
  });
  return found;
}

function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** Where the last scalar with this value stands. */
function offsetOfScalar(document: Document, value: string): number {
  let offset = 0;
  visit(document, {
    Scalar(_, scalar) {
      if (isScalar(scalar) && scalar.value === value) offset = scalar.range?.[0] ?? offset;
    },
  });
  return offset;
}
