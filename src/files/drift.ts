import type { HeaderDrift } from './columns.ts';
import { likelyRenames, type Rename } from './renames.ts';

/** How much of a file's first rows says nothing, by column: of the feed's columns that the file has. */
export interface NullShares {
  /** How many rows were looked at. */
  rows: number;
  /** The share of them without a value, 0 to 1, by database name. */
  of: Record<string, number>;
}

/** A column of the feed that was mostly filled in the file before and is mostly empty now. */
export interface MostlyNull {
  column: string;
  /** Of the first rows that were looked at, how many have no value, 0 to 1; blank text is none. */
  share: number;
  share_before: number;
}

/** How a file differs from the one before it in its feed, as database names. Each column is in one list at most. */
export interface Comparison {
  /** The file before: of the loaded ones the latest by period, then by order of acceptance; null where there is none. */
  compared_with: string | null;
  appeared: string[];
  vanished: string[];
  renamed: Rename[];
  mostly_null: MostlyNull[];
}

/** What the ledger says of a file's columns; it is compared with another once it is loaded. */
export type Drift = HeaderDrift & Partial<Comparison>;

export const DRIFT_KINDS = ['added', 'missing', 'appeared', 'vanished', 'renamed', 'mostly_null'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** What a file is compared by: facts of the ledger. */
export interface FileFacts {
  id: string;
  columns: readonly string[];
  /** Those of them that its feed did not describe. */
  added: readonly string[];
  null_shares: NullShares | null;
}

/** From this share on a column is mostly null … */
const MOSTLY = 0.9;
/** … and up to this one it was not. */
const AT_MOST_HALF = 0.5;
/** In fewer rows, all may well be null by chance: of ten, half of them filled, once in a thousand. */
const MIN_ROWS = 10;

/** Compares a file with the one before it. */
export function compareFiles(now: FileFacts, before: FileFacts | undefined): Comparison {
  if (!before) return { compared_with: null, appeared: [], vanished: [], renamed: [], mostly_null: [] };
  const added = new Set([...now.added, ...before.added]);
  const renamed = likelyRenames(before.columns, now.columns, (column) => !added.has(column));
  const news = new Set(renamed.map(({ column }) => column));
  const olds = new Set(renamed.map(({ likely_from }) => likely_from));
  return {
    compared_with: before.id,
    appeared: now.columns.filter((column) => !before.columns.includes(column) && !news.has(column)),
    vanished: before.columns.filter((column) => !now.columns.includes(column) && !olds.has(column)),
    renamed,
    mostly_null: becameNull(now.null_shares, before.null_shares),
  };
}

function becameNull(now: NullShares | null, before: NullShares | null): MostlyNull[] {
  if (!now || !before || now.rows < MIN_ROWS || before.rows < MIN_ROWS) return [];
  return Object.entries(now.of).flatMap(([column, share]) => {
    const share_before = before.of[column];
    if (share < MOSTLY || share_before === undefined || share_before > AT_MOST_HALF) return [];
    return [{ column, share, share_before }];
  });
}
