import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeBigWorkbook } from '../../samples/big-workbook.ts';
import { text } from '../../samples/cell.ts';
import { Random } from '../../samples/random.ts';
import type { Row } from '../../samples/row.ts';
import { claimLines, csvLine, HEADER } from './rows.ts';

export interface DataFile {
  path: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** What the data follows from. */
const SOURCES = ['files.ts', 'rows.ts', '../../samples/big-workbook.ts'].map(
  (name) => new URL(name, import.meta.url),
);
const CHUNK_ROWS = 500;
const TEXT_COLUMNS = 10;
const ODD_LINE = `${HEADER.map((name) => (name === 'status' ? 'PEND "x" review' : '')).join(',')}\n`;

/** Writes files of claim lines into a folder, those that an earlier run left aside. */
export class DataFiles {
  readonly #folder: string;

  /** @param folder has a folder for what these sources write; what others have written is removed */
  constructor(folder: string) {
    const hash = createHash('sha256');
    for (const source of SOURCES) hash.update(readFileSync(source));
    const name = hash.digest('hex').slice(0, 8);
    this.#folder = `${folder}/${name}`;
    mkdirSync(this.#folder, { recursive: true });
    for (const other of readdirSync(folder))
      if (other !== name) rmSync(`${folder}/${other}`, { recursive: true });
  }

  /** A CSV; `times` the same rows one after the other, for sizes that would take long to make up. */
  csv(rows: number, times = 1): Promise<DataFile> {
    return this.#once(`${rows}x${times}.csv`, rows * times, async (path) => {
      const once = times === 1 ? undefined : await this.csv(rows);
      await pipeline(async function* () {
        yield `${HEADER.join(',')}\n`;
        for (let time = 0; time < times; time++)
          yield* once ? createReadStream(once.path, { start: HEADER.join(',').length + 1 }) : csvChunks(rows);
      }, createWriteStream(path));
    });
  }

  /** The CSV and one record more, before or after all others, whose stray quote the fast way does not take. */
  oddCsv(rows: number, where: 'first' | 'last'): Promise<DataFile> {
    return this.#once(`${rows}-odd-${where}.csv`, rows + 1, async (path) => {
      const { path: even } = await this.csv(rows);
      await pipeline(async function* () {
        yield `${HEADER.join(',')}\n${where === 'first' ? ODD_LINE : ''}`;
        yield* createReadStream(even, { start: HEADER.join(',').length + 1 });
        if (where === 'last') yield ODD_LINE;
      }, createWriteStream(path));
    });
  }

  /** The CSV in UTF-16. */
  utf16Csv(rows: number): Promise<DataFile> {
    return this.#once(`${rows}-utf-16.csv`, rows, async (path) => {
      const { path: utf8 } = await this.csv(rows);
      await pipeline(async function* () {
        for await (const text of createReadStream(utf8, { encoding: 'utf8' }))
          yield Buffer.from(text, 'utf16le');
      }, createWriteStream(path));
    });
  }

  /** A workbook of the very rows of the CSV. */
  xlsx(rows: number): Promise<DataFile> {
    return this.#once(`${rows}.xlsx`, rows, (path) => writeBigWorkbook(path, HEADER, workbookRows(rows)));
  }

  /** A workbook in which no two cells share a text: ten columns of eight characters. */
  textsXlsx(rows: number): Promise<DataFile> {
    return this.#once(`${rows}-texts.xlsx`, rows, (path) =>
      writeBigWorkbook(path, HEADER, textRows(rows, HEADER.slice(0, TEXT_COLUMNS))),
    );
  }

  /** Removes what is too large to stay. */
  remove({ path }: DataFile): void {
    rmSync(path);
  }

  async #once(name: string, rows: number, write: (path: string) => Promise<void>): Promise<DataFile> {
    const path = `${this.#folder}/${name}`;
    if (!existsSync(path)) {
      await write(`${path}.new`);
      renameSync(`${path}.new`, path);
    }
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
    return { path, rows, bytes: statSync(path).size, sha256: hash.digest('hex') };
  }
}

export const nameOf = ({ path }: DataFile): string => basename(path);

function* csvChunks(rows: number): Generator<string> {
  const random = new Random('quotes');
  let lines: string[] = [];
  for (const cells of claimLines(rows)) {
    lines.push(csvLine(cells, random));
    if (lines.length < CHUNK_ROWS) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function* workbookRows(rows: number): Generator<Row> {
  for (const cells of claimLines(rows))
    yield { fields: Object.fromEntries(HEADER.map((name, i) => [name, { cell: cells[i]!, means: {} }])) };
}

function* textRows(rows: number, columns: string[]): Generator<Row> {
  for (let row = 0, next = 0; row < rows; row++)
    yield {
      fields: Object.fromEntries(
        columns.map((name) => [name, { cell: text(String(next++).padStart(8, '0')), means: {} }]),
      ),
    };
}

/** Small files of the same feed, each with rows of its own. */
export function smallCsv(rows: number, seed: string): Readable {
  const random = new Random(seed);
  const lines = Array.from(claimLines(rows, seed), (cells) => csvLine(cells, random));
  return Readable.from([`${HEADER.join(',')}\n${lines.join('')}`]);
}
