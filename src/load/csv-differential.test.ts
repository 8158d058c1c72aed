import { describe, expect, test } from 'vitest';
import { DELIMITERS, type Delimiter } from '../files/names.ts';
import { type Frames, RecordFramer } from './csv-frames.ts';
import { readCsvHeader } from './csv-header.ts';
import { RecordReader } from './csv-records.ts';
import { recordDecoder } from './encoding.ts';

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

function fast(cut: Buffer[], header: ReturnType<typeof readCsvHeader>, width: number) {
  const { delimiter } = header.dialect;
  const framer = new RecordFramer(`F${delimiter}`, delimiter, width);
  const kept = ({ format, bytes }: Frames) => ({ format, bytes: Buffer.from(bytes) });
  const frames = [...cut.flatMap((piece) => framer.push(piece).map(kept)), ...framer.end()];
  const bytesOf = (format: string) =>
    Buffer.concat(frames.filter((frame) => frame.format === format).map(({ bytes }) => bytes));
  const text = bytesOf('text');
  const lines = text.toString('latin1').split('\n').slice(0, -1);
  const decoded = lines.map((line) => textFields(recordDecoder(header.encoding, line)(line), delimiter));
  // Read as COPY does: file id and row number are fields like any other.
  const csv = tolerant([bytesOf('csv')], { ...header, dialect: { delimiter, lineEnd: 'lf' } }, width + 2);
  expect(csv.rejected).toEqual([]);
  const rows = [...decoded, ...csv.rows.map(([, ...fields]) => fields)];
  expect(framer.rows).toBe(rows.length);
  return rows.map(([, number, ...fields]) => [Number(number), ...fields]);
}

describe('random files', () => {
  test('come out as they went in, the fast way and the tolerant one, however they are cut', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { bytes, rows, width } = fileOf(seed);
      const header = readCsvHeader(bytes, true);
      expect(header.cells, `seed ${seed}`).toHaveLength(width);
      const cut = pieces(bytes.subarray(header.dataOffset), randomOf(-seed));
      expect(tolerant(cut, header, width), `seed ${seed}`).toEqual({ rows, rejected: [] });
      expect(fast(cut, header, width), `seed ${seed}`).toEqual(rows);
    }
  });

  test('in ISO-8859-1, as described', () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const { bytes, delimiter, rows, width } = fileOf(seed, true);
      const header = readCsvHeader(bytes, true, { encoding: 'ISO-8859-1', delimiter });
      expect(header.dialect.delimiter).toBe(delimiter);
      const cut = pieces(bytes.subarray(header.dataOffset), randomOf(-seed));
      expect(tolerant(cut, header, width), `seed ${seed}`).toEqual({ rows, rejected: [] });
      expect(fast(cut, header, width), `seed ${seed}`).toEqual(rows);
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
      const { rows: read, rejected } = tolerant(cut, header, width);
      expect(read, `seed ${seed}`).toEqual(rows.map(([number, ...fields]) => [number + 1, ...fields]));
      expect(rejected.map((row) => row.rowNumber)).toEqual([1]);
    }
  });
});
