import { hasPackage, peer, peersPython } from '../peers/install.ts';
import type { DataFile, DataFiles } from './files.ts';
import type { Case, Way } from './measure.ts';
import { PLAIN, type Stand } from './stand.ts';

/** How much each case has to do. */
export interface Sizes {
  csvRows: number;
  /** Of what pandas loads, and of the workbook: the same rows. */
  bookRows: number;
  /** The largest file: so many times the rows of the CSV. */
  largeTimes: number;
  /** Of the workbook in which no two cells share a text. */
  textRows: number;
}

/** 179 MB; 90 MB and its workbook; 358 MB; nearly as much of different texts as a workbook may have. */
export const FULL: Sizes = { csvRows: 1_000_000, bookRows: 500_000, largeTimes: 2, textRows: 770_000 };
export const QUICK: Sizes = { csvRows: 20_000, bookRows: 10_000, largeTimes: 2, textRows: 10_000 };

type Path = 'copy' | 'records' | 'workbook';

/** Rounds of what takes long, so that all of it fits into some minutes. */
const SLOW = 2;
const SLOWEST = 1;

/** Every case of single loads; ways whose peer is not installed are left out. */
export class Cases {
  readonly #stand: Stand;
  readonly #files: DataFiles;
  readonly #sizes: Sizes;

  constructor(stand: Stand, files: DataFiles, sizes: Sizes) {
    this.#stand = stand;
    this.#files = files;
    this.#sizes = sizes;
  }

  /** By name; each makes its files when it is asked for. */
  readonly all: Record<string, () => Promise<Case>> = {
    csv: async () => {
      const file = await this.#files.csv(this.#sizes.csvRows);
      return { name: 'csv', ways: [this.#ours(file, 'copy'), this.#psql(file), ...this.#polars(file)] };
    },
    csv_tolerant: async () => {
      const odd = await this.#files.oddCsv(this.#sizes.csvRows, 'first');
      const late = await this.#files.oddCsv(this.#sizes.csvRows, 'last');
      const ways = [
        this.#ours(odd, 'records'),
        { ...this.#ours(late, 'records', 'waymark, odd at its end'), rounds: SLOWEST },
        ...this.#udsv(await this.#files.csv(this.#sizes.csvRows)),
      ];
      return { name: 'csv_tolerant', ways: ways.map((way) => ({ rounds: SLOW, ...way })) };
    },
    csv_utf16: async () => {
      const file = await this.#files.utf16Csv(this.#sizes.bookRows);
      return { name: 'csv_utf16', ways: [{ ...this.#ours(file, 'copy'), rounds: SLOW }] };
    },
    csv_to_pandas: async () => {
      const file = await this.#files.csv(this.#sizes.bookRows);
      return { name: 'csv_to_pandas', ways: [this.#ours(file, 'copy'), ...this.#pandas(file)] };
    },
    two_files: async () => {
      const file = await this.#files.csv(this.#sizes.csvRows);
      const two = [file, file];
      return { name: 'two_files', ways: [this.#ours(file, 'copy', 'one'), this.#sideBySide(two, 'two')] };
    },
    large: async () => {
      const file = await this.#files.csv(this.#sizes.csvRows, this.#sizes.largeTimes);
      return { name: 'large', ways: [this.#ours(file, 'copy'), this.#psql(file)] };
    },
    xlsx_parse: async () => {
      const file = await this.#files.xlsx(this.#sizes.bookRows);
      return { name: 'xlsx_parse', ways: this.#parsers(file) };
    },
    xlsx: async () => {
      const [csv, xlsx] = [
        await this.#files.csv(this.#sizes.bookRows),
        await this.#files.xlsx(this.#sizes.bookRows),
      ];
      return { name: 'xlsx', ways: [this.#ours(csv, 'copy', 'csv'), this.#ours(xlsx, 'workbook', 'xlsx')] };
    },
    xlsx_texts: async () => {
      const file = await this.#files.textsXlsx(this.#sizes.textRows);
      return { name: 'xlsx_texts', ways: [{ ...this.#ours(file, 'workbook'), rounds: SLOWEST }] };
    },
  };

  /** Two consumers at once and more, each with files of its own, which it takes in turn. */
  consumers(file: DataFile, consumers: number, files: number, name = String(consumers)): Way {
    const shares = Array.from({ length: consumers }, (_, i) => ({ from: i, every: consumers }));
    return this.#way(name, file, files, async () => {
      const ids: string[] = [];
      for (let i = 0; i < files; i++) ids.push(await this.#stand.accept(file, month(i)));
      return shares.map(({ from, every }) => this.#stand.consumer(ids.filter((_, i) => i % every === from)));
    });
  }

  ours(file: DataFile, name: string): Way {
    return this.#ours(file, 'copy', name);
  }

  #ours(file: DataFile, path: Path, name = 'waymark'): Way {
    const load = async () => [this.#stand.consumer([await this.#stand.accept(file)])];
    return this.#way(name, file, 1, load, path);
  }

  #sideBySide(files: DataFile[], name: string): Way {
    return this.#way(name, files[0]!, files.length, async () => {
      const ids: string[] = [];
      for (const [i, file] of files.entries()) ids.push(await this.#stand.accept(file, month(i)));
      return [this.#stand.consumer(ids, files.length)];
    });
  }

  #way(name: string, file: DataFile, times: number, load: Way['prepare'], path: Path = 'copy'): Way {
    const rows = file.rows * times;
    return {
      name,
      rows,
      bytes: file.bytes * times,
      prepare: async () => {
        await this.#stand.clear();
        return load();
      },
      check: () => this.#stand.checkLoaded(rows, path),
    };
  }

  #peer(name: string, { rows, bytes }: DataFile, way: Pick<Way, 'prepare' | 'check'>): Way {
    const prepare = async () => {
      await this.#stand.clear();
      return way.prepare();
    };
    return { name, rows, bytes, ...way, prepare };
  }

  #psql(file: DataFile): Way {
    return this.#peer('psql', file, {
      prepare: async () => [this.#stand.psql(file)],
      check: () => this.#stand.checkCopied(file.rows),
    });
  }

  #udsv(file: DataFile): Way[] {
    if (!hasPackage('udsv')) return [];
    const way = {
      prepare: async () => [this.#stand.udsv(file)],
      check: () => this.#stand.checkCopied(file.rows),
    };
    return [this.#peer('udsv', file, way)];
  }

  #python(library: string, file: DataFile, rounds: number): Way[] {
    const python = peersPython();
    if (!python) return [];
    const command = [python, peer('load.py'), library, file.path, PLAIN.schema, PLAIN.table];
    const way = {
      prepare: async () => [{ command, env: this.#stand.libpq() }],
      check: () => this.#stand.checkPlain(file.rows),
    };
    return [{ ...this.#peer(library, file, way), rounds }];
  }

  #polars = (file: DataFile) => this.#python('polars', file, SLOW);
  #pandas = (file: DataFile) => this.#python('pandas', file, SLOWEST);

  /** All read the first sheet whole, its header too, in a process each and no server beside it. */
  #parsers(file: DataFile): Way[] {
    const node = (script: string, ...args: string[]) => [
      ...[process.execPath, '--max-old-space-size=16000'],
      ...[peer(script), ...args, file.path],
    ];
    const way = (name: string, command: string[], rows: number, rounds: number): Way => ({
      name,
      rows: file.rows,
      bytes: file.bytes,
      rounds,
      prepare: async () => [{ command }],
      check: async (output) => {
        if (Number(output) !== rows) throw new Error(`${name} reads ${output} of ${rows} rows`);
      },
    });
    const withHeader = file.rows + 1;
    const python = peersPython();
    return [
      way('waymark', [process.execPath, peer('../load/parse.ts'), file.path], file.rows, SLOW),
      ...(python ? [way('calamine', [python, peer('parse.py'), file.path], withHeader, SLOW)] : []),
      ...(hasPackage('hucre') ? [way('hucre', node('parse.js', 'hucre'), withHeader, SLOWEST)] : []),
      way('sheetjs', node('parse.js', 'sheetjs'), withHeader, SLOWEST),
    ];
  }
}

const month = (i: number) => `2025-${String(i + 1).padStart(2, '0')}`;
