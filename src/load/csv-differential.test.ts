import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DELIMITERS, type Delimiter } from '../files/names.ts';
import { readCsvHeader } from './csv-header.ts';
import { RecordReader } from './csv-records.ts';
import { TolerantFramer } from './csv-tolerant.ts';
import { recordDecoder, recordsAsUtf8 } from './encoding.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PIECES = [
  'a',
  'Zoë',
  '東京',
  ' ',
  '  x',
  '\\.',
  '\\N',
  '\\',
  "'",
  '0',
  '12/31/2023',
  '$1,2',
  '"',
  '""',
  ',',
  '|',
  ';',
  '\t',
];
const BREAKS = ['\n', '\r\n', '\r', '\n\n', '\n\\.\n'];

type Fields = (string | null)[];
interface File {
  bytes: Buffer;
  delimiter: Delimiter;
  rows: [number, ...Fields][];
  width: number;
}

/** A well-formed file of random values, and what must come out of it. Where `latin1`, it is written in ISO-8859-1. */
function fileOf(seed: number, latin1 = false): File {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const delimiter = pick(DELIMITERS);
  const newline = pick(['\n', '\r\n']);
  const width = 2 + Math.floor(random() * 6);
  const value = (): string | null => {
    if (random() < 0.15) return null;
    if (random() < 0.05) return '';
    const written = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(PIECES)).join('');
    const text = latin1 ? written.replaceAll('東京', 'Ü') : written;
    // Delimiters beside line ends in one field look like two broken records; those have tests of their own.
    return random() < 0.1 ? text.replaceAll(delimiter, '') + pick(BREAKS) + pick(['x', '']) : text;
  };
  const written = (field: string | null) => {
    if (field === null) return '';
    const must = field === '' || /["\r\n]/.test(field) || field.includes(delimiter);
    return must || random() < 0.1 ? `"${field.replaceAll('"', '""')}"` : field;
  };
  let text = random() < 0.2 && !latin1 ? '\ufeff' : '';
  text += Array.from({ length: width }, (_, i) => `column ${i}`).join(delimiter) + newline;
  const rows: File['rows'] = [];
  const records = Math.floor(random() * 60);
  for (let number = 1; number <= records; number++) {
    if (random() < 0.05) text += pick(['', delimiter.repeat(width - 1), '   ']) + newline;
    const fields: Fields = Array.from({ length: width }, value);
    // A record that is blank is none.
    fields[0] = `r${number}${fields[0] ?? ''}`;
    text += fields.map(written).join(delimiter) + (number === records && random() < 0.5 ? '' : newline);
    rows.push([number, ...fields]);
  }
  return { bytes: Buffer.from(text, latin1 ? 'latin1' : 'utf8'), delimiter, rows, width };
}

function pieces(bytes: Buffer, random: () => number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * (random() < 0.5 ? 5 : 300));
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

const inSteps = (bytes: Buffer, step: number) =>
  Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => bytes.subarray(i * step, (i + 1) * step));

/** A file that is odd all over, and yet has records that are not. Not all of it is UTF-8. */
function oddFileOf(seed: number) {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const delimiter = pick(DELIMITERS);
  const newline = pick(['\n', '\r\n']);
  const width = 1 + Math.floor(random() * 4);
  const noise = ['a', 'b', 'Zo\xc3\xab', '\xdf', '"', '"', '""', '\\.', '\\', ' ', '\n', '\r', '\r\n'];
  const noisy = (most: number) =>
    Array.from({ length: Math.floor(random() * most) }, () => pick([...noise, delimiter])).join('');
  const good = () =>
    Array.from({ length: width }, () =>
      pick(['', 'x', '"q"', '""', '"a""b"', '"c\r\nd"', `"${delimiter}"`, 'Z']),
    );
  const records = Array.from({ length: 1 + Math.floor(random() * 25) }, () => {
    const kind = random();
    if (kind < 0.5) return good().join(delimiter);
    if (kind < 0.6) return [...good(), ...good()].join(delimiter);
    if (kind < 0.65) return good().slice(1).join(delimiter);
    if (kind < 0.7) return pick(['', '\\.', ' ', delimiter, delimiter.repeat(width - 1)]);
    if (kind < 0.8) return good().join(delimiter) + pick(['\r', '"', '\r\r']) + good().join(delimiter);
    // Quotes that swallow records, or look like it.
    if (kind < 0.85) return `"${delimiter.repeat(width - 1)}${newline}${noisy(3)}${newline}"`;
    return noisy(12);
  });
  const names = Array.from({ length: width }, (_, i) => `column ${i}`).join(delimiter);
  const text = names + newline + records.join(newline) + pick(['', newline]);
  const bytes = Buffer.from(text, 'latin1');
  const header = readCsvHeader(bytes, true, { delimiter });
  expect(header.cells).toHaveLength(width);
  return { bytes, header, width };
}

function tolerant(cut: Buffer[], header: ReturnType<typeof readCsvHeader>, width: number) {
  const reader = new RecordReader(header.dialect, width, (record) => recordDecoder(header.encoding, record));
  const batches = [...cut.map((piece) => reader.push(piece.toString('latin1'))), reader.end()];
  return {
    rows: batches.flatMap((batch) => batch.rows.map((row) => [row.rowNumber, ...row.fields])),
    rejected: batches.flatMap((batch) => batch.rejected),
  };
}

/** A line of COPY's text format as Postgres reads it (PostgreSQL manual, COPY, "Text Format"). */
function textFields(line: string, delimiter: string): Fields {
  const raw = [''];
  for (const [piece] of line.matchAll(/\\?./gs))
    if (piece === delimiter) raw.push('');
    else raw[raw.length - 1] += piece;
  const escapes: Record<string, string> = { n: '\n', r: '\r' };
  return raw.map((field) =>
    field === '' ? null : field.replace(/\\(.)/gs, (_, escaped: string) => escapes[escaped] ?? escaped),
  );
}

/** @returns undefined where COPY would refuse a record for its number of fields */
function both(cut: Buffer[], header: ReturnType<typeof readCsvHeader>, width: number, counts: boolean) {
  const { delimiter } = header.dialect;
  const framer = new TolerantFramer(`F${delimiter}`, header.dialect, header.encoding, width, counts);
  const framed = { text: [] as Buffer[], csv: [] as Buffer[] };
  let sent = 0;
  const parsed = [...cut, undefined].map((piece) => {
    const { frames, parsed } = piece ? framer.push(piece) : framer.end();
    for (const { format, bytes, rows } of frames) {
      const mixed = header.encoding.name === undefined;
      framed[format].push(Buffer.from(mixed ? recordsAsUtf8(bytes, format === 'csv') : bytes));
      sent += rows;
    }
    return parsed;
  });
  const lines = Buffer.concat(framed.text).toString('latin1').split('\n').slice(0, -1);
  const decoded = lines.map((line) => textFields(recordDecoder(header.encoding, line)(line), delimiter));
  // Read as COPY does: file id and row number are fields like any other.
  const csv = tolerant(framed.csv, { ...header, dialect: { delimiter, lineEnd: 'lf' } }, width + 2);
  const rows = [...decoded, ...csv.rows.map(([, ...fields]) => fields)];
  if (!counts && (csv.rejected.length > 0 || rows.some((fields) => fields.length !== width + 2)))
    return undefined;
  expect(csv.rejected).toEqual([]);
  expect(sent).toBe(rows.length);
  const passed = rows.map(([, number, ...fields]) => [Number(number), ...fields]);
  const read = parsed.flatMap((batch) => batch.rows.map((row) => [row.rowNumber, ...row.fields]));
  return {
    rows: [...passed, ...read].sort(([one], [other]) => Number(one) - Number(other)),
    rejected: parsed.flatMap((batch) => batch.rejected),
    odd: framer.odd,
  };
}

describe('random files', () => {
  test('come out as they went in, the fast way and the tolerant one, however they are cut', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { bytes, rows, width } = fileOf(seed);
      const header = readCsvHeader(bytes, true);
      expect(header.cells, `seed ${seed}`).toHaveLength(width);
      const cut = pieces(bytes.subarray(header.dataOffset), randomOf(-seed));
      expect(tolerant(cut, header, width), `seed ${seed}`).toEqual({ rows, rejected: [] });
      for (const counts of [false, true])
        expect(both(cut, header, width, counts), `seed ${seed}`).toEqual({ rows, rejected: [], odd: false });
    }
  });

  test('in ISO-8859-1, as described', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { bytes, delimiter, rows, width } = fileOf(seed, true);
      const header = readCsvHeader(bytes, true, { encoding: 'ISO-8859-1', delimiter });
      expect(header.dialect.delimiter).toBe(delimiter);
      const cut = pieces(bytes.subarray(header.dataOffset), randomOf(-seed));
      expect(tolerant(cut, header, width), `seed ${seed}`).toEqual({ rows, rejected: [] });
      for (const counts of [false, true])
        expect(both(cut, header, width, counts), `seed ${seed}`).toEqual({ rows, rejected: [], odd: false });
    }
  });

  test('lose none of their other records to one that is broken', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { bytes, rows, width } = fileOf(seed);
      const header = readCsvHeader(bytes, true);
      const { delimiter } = header.dialect;
      const broken = [`x${delimiter.repeat(width)}`, 'x', `x"y${delimiter.repeat(width - 1)}`, '\\.'][
        seed % 4
      ]!;
      const text = bytes.toString('latin1');
      const withBroken = `${text.slice(0, header.dataOffset)}${broken}\n${text.slice(header.dataOffset)}`;
      const cut = pieces(Buffer.from(withBroken, 'latin1').subarray(header.dataOffset), randomOf(-seed));
      const { rows: read, rejected } = both(cut, header, width, true)!;
      expect(read, `seed ${seed}`).toEqual(rows.map(([number, ...fields]) => [number + 1, ...fields]));
      expect(rejected.map((row) => row.rowNumber)).toEqual([1]);
    }
  });

  test('full of odd records come out as the reader alone gives them, however they are cut', () => {
    const kinds = new Set<string>();
    let uncounted = 0;
    for (let seed = 1; seed <= 4000; seed++) {
      const { bytes, header, width } = oddFileOf(seed);
      const rest = bytes.subarray(header.dataOffset);
      const step = seed % 8;
      const cut = step === 0 ? pieces(rest, randomOf(-seed)) : inSteps(rest, step);
      const { rows, rejected } = tolerant(cut, header, width);
      for (const { reason } of rejected) kinds.add(reason);
      const { odd, ...counted } = both(cut, header, width, true)!;
      expect(counted, `seed ${seed}`).toEqual({ rows, rejected });
      const { odd: some, ...other } = both(cut, header, width, false) ?? {};
      if (some === undefined) continue;
      uncounted++;
      expect(other, `seed ${seed}`).toEqual({ rows, rejected });
    }
    expect([...kinds].sort()).toEqual([
      'end_of_data_marker',
      'stray_quote',
      'too_few_fields',
      'too_many_fields',
      'unterminated_quote',
    ]);
    expect(uncounted).toBeGreaterThan(400);
  });

  test('with a very long record go on after it', () => {
    const MIB = 1024 * 1024;
    const plain = 'a,b\n'.repeat(1000);
    const long: [string, number][] = [
      [`"${`${'x'.repeat(60)}\n`.repeat(MIB / 10)}",b\n`, 1],
      [`c,"d${`,${'e'.repeat(60)}\nf`.repeat(MIB / 10)}\n`, 1],
      [`${'x'.repeat(17 * MIB)},b\n`, 1],
      [`a,${'x'.repeat(6 * MIB)}\n`, 0],
    ];
    for (const [text, odd] of long) {
      const bytes = Buffer.from(`h,i\n${plain}${text}${plain}x"y,z\n${plain}`);
      const header = readCsvHeader(bytes.subarray(0, 100), false);
      const cut = inSteps(bytes.subarray(header.dataOffset), MIB / 2 + 7);
      const alone = tolerant(cut, header, 2);
      expect(alone.rejected.length).toBeGreaterThan(odd);
      expect(alone.rows.length).toBeGreaterThan(2999);
      const { odd: _, ...sorted } = both(cut, header, 2, true)!;
      // Too many values to be printed where they differ.
      expect(sorted.rejected).toEqual(alone.rejected);
      expect(isDeepStrictEqual(sorted.rows, alone.rows)).toBe(true);
    }
  });
});
