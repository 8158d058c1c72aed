import type { Feed, Feeds } from './feeds.ts';
import { foldColumn } from './names.ts';

/** How a file's header differs from its feed's description, as database names. */
export interface HeaderDrift {
  /** Columns of the file that the feed does not describe. They are loaded too. */
  added: string[];
  /** Optional columns of the feed that the file lacks. They load as null. */
  missing: string[];
}

/** A header cell as the file has it, with its column, 1 for the first. */
export interface HeaderCell {
  text: string;
  position: number;
}

export type HeaderVerdict =
  | { fits: true; columns: string[]; drift: HeaderDrift }
  | { fits: false; code: 'duplicate_columns' | 'missing_columns' | 'too_many_columns'; message: string };

/** A Postgres table has at most 1,600 columns, and tables keep the columns of earlier files. */
const MAX_COLUMNS = 1000;

/** Holds a header against its feed. Messages name columns, never values: a header cell that no feed knows is not quoted. */
export function checkHeader(header: readonly HeaderCell[], feed: Feed, feeds: Feeds): HeaderVerdict {
  if (header.length > MAX_COLUMNS)
    return {
      fits: false,
      code: 'too_many_columns',
      message: `The header has ${header.length} columns; at most ${MAX_COLUMNS} are taken.`,
    };
  const columns = header.map((cell) => foldColumn(cell.text, cell.position));
  const missing = feed.columns.filter((column) => !columns.includes(column.name));
  const required = missing.filter((column) => column.required);
  if (required.length > 0) {
    const names = required.map((column) => `"${column.header}"`).join(', ');
    const other = looksLike(columns, feed, feeds);
    return {
      fits: false,
      code: 'missing_columns',
      message:
        `Required columns of ${label(feed)} are missing: ${names}.` +
        (other
          ? ` The file looks like ${label(other)}.`
          : columns.some((name) => feed.columns.some((column) => column.name === name))
            ? ''
            : ' None of its columns is known: is the first row the header?'),
    };
  }
  if (new Set(columns).size < columns.length) {
    const known = feed.columns.filter((column) => columns.filter((name) => name === column.name).length > 1);
    const positions = columns.flatMap((name, i) => (columns.indexOf(name) < i ? [header[i]!.position] : []));
    return {
      fits: false,
      code: 'duplicate_columns',
      message:
        `Two columns have one name${known.length > 0 ? `: ${known.map((column) => `"${column.header}"`).join(', ')}` : ''}` +
        ` (columns ${positions.join(', ')} repeat an earlier one; case, spaces and punctuation do not tell columns apart).`,
    };
  }
  return {
    fits: true,
    columns,
    drift: {
      added: columns.filter((name) => !feed.columns.some((column) => column.name === name)),
      missing: missing.map((column) => column.name),
    },
  };
}

const label = (feed: Feed) => `${feed.client}'s ${feed.file_type}`;

/** The other feed whose columns the file has nearly all of, if there is one. */
function looksLike(columns: readonly string[], feed: Feed, feeds: Feeds): Feed | undefined {
  const likeness = (candidate: Feed) =>
    candidate.columns.filter((column) => columns.includes(column.name)).length /
    Math.max(candidate.columns.length, columns.length);
  const best = feeds.all
    .filter((candidate) => candidate !== feed)
    .map((candidate) => ({ candidate, score: likeness(candidate) }))
    .sort((a, b) => b.score - a.score)[0];
  return best && best.score >= 0.5 && best.score > likeness(feed) ? best.candidate : undefined;
}
