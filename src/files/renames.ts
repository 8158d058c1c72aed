/** A column of which it is likely that it is an earlier one under another name. */
export interface Rename {
  column: string;
  likely_from: string;
  /** What speaks for it: the names are alike, or the column stands where the earlier one stood. */
  because: ('name' | 'position')[];
}

/** From 0, nothing in common, to 1, the same letters. So alike, names speak for themselves: `mem_id`, `member_id`. */
const ALIKE = 0.75;
/** So alike, they speak together with the place: `phone`, `phone_number`. */
const AKIN = 0.4;
/** A place weighs as much as this likeness. */
const PLACE = 0.5;
/** A pair counts only where no other explanation of either column comes so near to it. */
const MARGIN = 0.35;
/** More pairs than these are no renames but another file. */
const MAX_PAIRS = 10_000;

/**
 * Which of the columns that appeared are likely to be columns that vanished. What is not clear is left out: two columns
 * that are equally likely, names that differ by their number, and columns that the feed describes both, as it says that
 * they are two things.
 * @param before columns of the earlier file, in their order
 * @param now columns of this file, in their order
 */
export function likelyRenames(
  before: readonly string[],
  now: readonly string[],
  isDescribed: (column: string) => boolean,
): Rename[] {
  const vanished = before.filter((column) => !now.includes(column));
  const appeared = now.filter((column) => !before.includes(column));
  if (vanished.length * appeared.length > MAX_PAIRS) return [];
  const left = placesOf(before, new Set(vanished));
  const taken = placesOf(now, new Set(appeared));

  const pairs = vanished.flatMap((from) =>
    appeared.flatMap((to) => {
      if (isDescribed(from) && isDescribed(to)) return [];
      if (isNumberedSibling(from, to)) return [];
      const [place, now] = [left.get(from)!, taken.get(to)!];
      const likeness = nameLikeness(from, to);
      const inPlace = place.key === now.key && place.columns === now.columns && place.index === now.index;
      // New columns are put at the end: that the last one vanished as well says nothing.
      const placeAlone = inPlace && place.columns === 1 && !place.atEnd;
      if (!(likeness >= ALIKE || (likeness >= AKIN && inPlace) || placeAlone)) return [];
      return [{ from, to, likeness, inPlace, weight: likeness + (inPlace ? PLACE : 0) }];
    }),
  );
  const clear = pairs.filter((pair) =>
    pairs.every(
      (other) =>
        other === pair ||
        (other.from !== pair.from && other.to !== pair.to) ||
        other.weight <= pair.weight - MARGIN,
    ),
  );
  return clear.map(({ from, to, likeness, inPlace }) => ({
    column: to,
    likely_from: from,
    because: [...(likeness >= AKIN ? (['name'] as const) : []), ...(inPlace ? (['position'] as const) : [])],
  }));
}

/** Where a column that only one of two files has stands: between which of the columns that both have, and as which. */
interface Place {
  key: string;
  atEnd: boolean;
  index: number;
  /** How many such columns stand there side by side. */
  columns: number;
}

function placesOf(columns: readonly string[], own: ReadonlySet<string>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (let start = 0; start < columns.length; start++) {
    if (!own.has(columns[start]!)) continue;
    let end = start;
    while (end < columns.length && own.has(columns[end]!)) end++;
    const key = `${columns[start - 1] ?? ''} ${columns[end] ?? ''}`;
    for (let i = start; i < end; i++)
      places.set(columns[i]!, {
        key,
        atEnd: end === columns.length,
        index: i - start,
        columns: end - start,
      });
    start = end;
  }
  return places;
}

const digitsOf = (name: string) => name.replace(/\D+/g, ' ').trim();

/** `dx2` and `dx3`, or `address_1` and `address_2`: two of a kind, not one under two names. */
const isNumberedSibling = (a: string, b: string) =>
  digitsOf(a) !== '' &&
  digitsOf(b) !== '' &&
  digitsOf(a) !== digitsOf(b) &&
  a.replace(/[\d_]+/g, '') === b.replace(/[\d_]+/g, '');

/** How alike two database names are, 0 to 1: the words that they share, abbreviated ones among them, or their initials. */
export function nameLikeness(a: string, b: string): number {
  if (a.replaceAll('_', '') === b.replaceAll('_', '')) return 1;
  if (digitsOf(a) !== digitsOf(b)) return 0;
  const [words, others] = [a.split('_'), b.split('_')];
  if (isInitials(a, others) || isInitials(b, words)) return 0.8;
  const left = [...others];
  let shared = 0;
  for (const word of words) {
    const best = left
      .map((other, i) => ({ i, likeness: wordLikeness(word, other) }))
      .sort((x, y) => y.likeness - x.likeness)[0];
    if (!best || best.likeness === 0) continue;
    shared += best.likeness;
    left.splice(best.i, 1);
  }
  return (2 * shared) / (words.length + others.length);
}

/** `dob` of `date_of_birth`; two letters may be the initials of anything. */
const isInitials = (short: string, words: readonly string[]) =>
  words.length >= 3 && short === words.map((word) => word[0]).join('');

function wordLikeness(a: string, b: string): number {
  if (a === b) return 1;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (isAbbreviation(short, long)) return 0.8;
  const likeness = bigramLikeness(a, b);
  return likeness >= 0.7 ? likeness : 0;
}

/** `nm` of `name`, `mem` of `member`: its letters in their order, from the first on. */
function isAbbreviation(short: string, long: string): boolean {
  if (short.length < 2 || short.length === long.length || short[0] !== long[0]) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length;
}

/** Dice's coefficient over pairs of letters: what a slip of the pen leaves alike. */
function bigramLikeness(a: string, b: string): number {
  const pairs = (word: string) => Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
  const [own, others] = [pairs(a), pairs(b)];
  if (own.length === 0 || others.length === 0) return 0;
  const left = [...others];
  let shared = 0;
  for (const pair of own) {
    const i = left.indexOf(pair);
    if (i < 0) continue;
    shared++;
    left.splice(i, 1);
  }
  return (2 * shared) / (own.length + others.length);
}
