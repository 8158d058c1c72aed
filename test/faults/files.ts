import { createHash } from 'node:crypto';
import * as xlsx from 'xlsx';
import { clientA } from '../../samples/client-a.ts';
import { clientB } from '../../samples/client-b.ts';
import { clientC } from '../../samples/client-c.ts';
import { clientD } from '../../samples/client-d.ts';
import { csvHeader } from '../../samples/csv.ts';
import { type Client, type Feed, headerOf } from '../../samples/feed.ts';
import type { Random } from '../../samples/random.ts';

/** What a file must have become in `export`, and nothing of how it was written. */
export interface Expected {
  table: string;
  /** Columns of the table, in the header's order. */
  columns: string[];
  rows: number;
  /** Numbers of the records that are no rows. */
  rejected: number[];
  /** SHA-256 over the rows as JSON, `[row number, cell, …]`, a line each, in the order of their numbers. */
  digest: string;
}

export interface Made {
  client: string;
  fileType: 'patient_registration' | 'claims';
  period: string;
  delivery: 'snapshot' | 'incremental';
  name: string;
  bytes: Buffer;
  expected: Expected;
}

export interface Wish {
  rows: number;
  /** A record that is no row is somewhere in it: the file takes the tolerant way. */
  odd?: boolean;
  format?: 'csv' | 'xlsx';
}

const CLIENTS: Client[] = [clientA, clientB, clientC, clientD];
const FEEDS = CLIENTS.flatMap(({ registration, claims, csv }) => [
  { feed: registration as Feed<unknown>, csv },
  { feed: claims as Feed<unknown>, csv },
]);
const MONTHS = 18;
const WORKBOOKS = new Set(['client_a', 'client_b']);
const SNAPSHOTS = new Set(['client_a', 'client_b']);

/** Makes files that no other looks like. Every cell of text holds `marker`: nobody may ever see it in a log. */
export class Maker {
  readonly #random: Random;
  readonly #marker: string;
  #made = 0;

  constructor(random: Random, marker: string) {
    this.#random = random;
    this.#marker = marker;
  }

  make({ rows, odd = false, format }: Wish): Made {
    const random = this.#random;
    const able = FEEDS.filter(({ feed }) => format !== 'xlsx' || WORKBOOKS.has(feed.client));
    const { feed, csv = { newline: '\n' as const } } = random.pick(able);
    const asWorkbook =
      format === 'xlsx' || (format === undefined && !odd && WORKBOOKS.has(feed.client) && random.chance(0.5));
    const month = random.integer(0, MONTHS - 1);
    const period = `${2022 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
    const number = this.#made++;
    const header = headerOf(feed);
    const records = Array.from({ length: rows }, (_, row) => this.#cells(feed, period, number, row));
    const bad = odd && rows > 1 ? [random.integer(2, rows)] : [];
    const bytes = asWorkbook ? workbook(header, records) : csvFile(header, records, bad, csv, random);
    const type = feed.fileType === 'claims' ? 'claim' : 'membership';
    return {
      client: feed.client,
      fileType: feed.fileType,
      period,
      delivery:
        feed.fileType === 'patient_registration' && SNAPSHOTS.has(feed.client) ? 'snapshot' : 'incremental',
      name: `Patient-${type}-${feed.client}-${period.replace('-', '')}.${asWorkbook ? 'xlsx' : 'csv'}`,
      bytes,
      expected: {
        table: `${feed.fileType}_${feed.client}`,
        columns: header.map(folded),
        rows: rows - bad.length,
        rejected: bad,
        digest: digestOf(
          records.flatMap((cells, i) =>
            // An empty cell of a workbook is none; a CSV can tell the two apart.
            bad.includes(i + 1)
              ? []
              : [[i + 1, ...cells.map((cell) => (asWorkbook && cell === '' ? null : cell))]],
          ),
        ),
      },
    };
  }

  #cells(feed: Feed<unknown>, period: string, file: number, row: number): (string | null)[] {
    const random = this.#random;
    return feed.columns.map(({ header, kind }) => {
      if (feed.key.includes(header)) return `${this.#marker}K${file}-${row}`;
      if (kind === 'amount') {
        const amount = `${random.integer(0, 900)}.${random.integer(10, 99)}`;
        return feed.decimal === 'comma' ? amount.replace('.', ',') : amount;
      }
      if (kind === 'date' || kind === 'birth_date') return feed.day(`${period}-${random.integer(10, 28)}`);
      if (random.chance(0.06)) return null;
      if (random.chance(0.02)) return '';
      const extra = random.chance(0.05) ? random.pick([', Apt. 2', '; c/o', ' "B"', '\nRear', ' é']) : '';
      return `${this.#marker}${random.integer(1, 1_000_000)}${extra}`;
    });
  }
}

/** A header as a column's name, as the design has it. */
const folded = (header: string) =>
  header
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');

export function digestOf(rows: Iterable<unknown[]>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}

function csvFile(
  header: string[],
  records: (string | null)[][],
  bad: number[],
  csv: NonNullable<Client['csv']>,
  random: Random,
): Buffer {
  const { newline = '\n', delimiter = ',', encoding = 'utf8' } = csv;
  const field = (cell: string | null) =>
    cell === null
      ? ''
      : cell === '' || /["\r\n]/.test(cell) || cell.includes(delimiter) || random.chance(0.05)
        ? `"${cell.replaceAll('"', '""')}"`
        : cell;
  let text = csvHeader(header, { newline, delimiter });
  records.forEach((cells, i) => {
    const surplus = bad.includes(i + 1) ? `${delimiter}too${delimiter}many` : '';
    text += `${cells.map(field).join(delimiter)}${surplus}${newline}`;
  });
  return Buffer.from(text, encoding);
}

function workbook(header: string[], records: (string | null)[][]): Buffer {
  const cell = (value: string | null) =>
    value === null || value === '' ? null : { t: 's' as const, v: value };
  const sheet = xlsx.utils.aoa_to_sheet([header, ...records.map((cells) => cells.map(cell))]);
  const book = xlsx.utils.book_new(sheet, 'Sheet1');
  return xlsx.write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer;
}
