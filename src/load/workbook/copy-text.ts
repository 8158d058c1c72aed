import type { Row } from './row.ts';

/** What goes to Postgres at once, in bytes. */
const CHUNK_BYTES = 128 * 1024;
const [TAB, LINE_FEED, BACKSLASH, CAPITAL_N] = Buffer.from('\t\n\\N') as unknown as [
  number,
  number,
  number,
  number,
];

/** A row holds a value in a column that the header does not name, and that was not known of. */
export class UnnamedColumn extends Error {
  override name = 'UnnamedColumn';

  constructor() {
    super('a column without a name holds a value');
  }
}

/** Writes rows in COPY's text format, file id and row number in front (PostgreSQL manual, COPY, "Text Format"). */
export class CopyText {
  rows = 0;
  readonly #prefix: Buffer;
  readonly #headerRow: number;
  readonly #columns: Uint16Array;
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #length = 0;
  #full: Buffer[] = [];
  /** Chunks that were sent, to be written into again. */
  readonly #sent: Buffer[] = [];

  /** @param columns those that are written, 0 for a sheet's first */
  constructor(fileId: string, headerRow: number, columns: readonly number[]) {
    this.#prefix = Buffer.from(`${fileId}\t`);
    this.#headerRow = headerRow;
    this.#columns = Uint16Array.from(columns);
  }

  /** @throws UnnamedColumn */
  add(row: Row): void {
    const columns = this.#columns;
    const most = this.#prefix.length + 12 + columns.length * 3 + row.bytes;
    if (this.#length + most > this.#chunk.length) {
      this.#flush();
      if (most > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(most);
    }
    const out = this.#chunk;
    let at = this.#length;
    for (let i = 0; i < this.#prefix.length; i++) out[at++] = this.#prefix[i]!;
    at += out.write(String(row.number - this.#headerRow), at, 'latin1');
    let values = 0;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      out[at++] = TAB;
      if (row.has(column)) {
        at = row.copy(column, out, at);
        values++;
      } else {
        out[at++] = BACKSLASH;
        out[at++] = CAPITAL_N;
      }
    }
    if (values < row.columns.length) throw new UnnamedColumn();
    out[at++] = LINE_FEED;
    this.#length = at;
    this.rows++;
  }

  /** Takes back a chunk that has been sent. */
  giveBack({ buffer }: Buffer): void {
    this.#sent.push(Buffer.from(buffer));
  }

  /** Chunks that are full. */
  take(): Buffer[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** Whatever is left. */
  end(): Buffer[] {
    this.#flush();
    return this.take();
  }

  #flush(): void {
    if (this.#length > 0) {
      this.#full.push(this.#chunk.subarray(0, this.#length));
      this.#chunk = this.#sent.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
    }
    this.#length = 0;
  }
}
