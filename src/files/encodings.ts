/**
 * Encodings that a feed may describe for its CSV files, by their names in the Encoding standard
 * (https://encoding.spec.whatwg.org), and what Postgres calls them; undefined where it has none that agrees. In all of
 * them but UTF-16 a byte below 128 is ASCII, so that they can be cut into records before they are decoded.
 */
const POSTGRES_NAMES = {
  'utf-8': 'UTF8',
  'utf-16le': undefined,
  'utf-16be': undefined,
  'windows-1250': 'WIN1250',
  'windows-1251': 'WIN1251',
  'windows-1252': 'WIN1252',
  'windows-1254': 'WIN1254',
  'iso-8859-2': 'LATIN2',
  'iso-8859-15': 'LATIN9',
  macintosh: undefined,
} as const;

export type EncodingName = keyof typeof POSTGRES_NAMES;
export const ENCODINGS = Object.keys(POSTGRES_NAMES) as EncodingName[];

/**
 * The encoding for a label as people write it: `ISO-8859-1`, `latin1` and `cp1252` are all `windows-1252`, as they are
 * to browsers: it has the same letters, and some where ISO-8859-1 has only control characters that no file has.
 * @returns undefined for a label that nothing is known of, or an encoding that is not taken
 */
export function foldEncoding(label: string): EncodingName | undefined {
  try {
    const name = new TextDecoder(label).encoding as EncodingName;
    return ENCODINGS.includes(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** What to name in `COPY … (ENCODING …)`. */
export const postgresEncoding = (name: EncodingName): string | undefined => POSTGRES_NAMES[name];
