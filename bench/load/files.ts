import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeBigWorkbook } from '../../samples/big-workbook.ts';
import { Random } from '../../samples/random.ts';
import type { Row } from '../../samples/row.ts';
import { claimLines, csvLine, HEADER } from './rows.ts';

export interface DataFile {
  path: string;
  rows: number;
  bytes: number;
  sha256: string;
}

const CHUNK_ROWS = 500;

/** Writes files of claim lines into a folder, those that an earlier run left aside. */
export class DataFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
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

  /** A workbook of the very rows of the CSV. */
  xlsx(rows: number): Promise<DataFile> {
    return this.#once(`${rows}.xlsx`, rows, (path) => writeBigWorkbook(path, HEADER, workbookRows(rows)));
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

/** Small files of the same feed, each with rows of its own. */
export function smallCsv(rows: number, seed: string): Readable {
  const random = new Random(seed);
  const lines = Array.from(claimLines(rows, seed), (cells) => csvLine(cells, random));
  return Readable.from([`${HEADER.join(',')}\n${lines.join('')}`]);
}
