import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type pg from 'pg';
import { loadFile } from '../../src/consumer/load-file.ts';
import { type Feeds, readFeeds } from '../../src/files/feeds.ts';
import { acceptFile, deleteFile } from '../../src/files/ledger.ts';
import { parseFileName } from '../../src/files/names.ts';
import { openFeedFile } from '../../src/load/feed-file.ts';
import { ensureExportTable } from '../../src/load/tables.ts';
import { createPool, type Pool, withConnection } from '../../src/platform/database.ts';
import type { ByteRange, Storage } from '../../src/storage/storage.ts';
import { purgeReplaced } from '../../src/transform/purge.ts';
import { parseSummary, type RunSummary } from '../../src/transform/summary.ts';
import { claimed } from './claimed.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const MAX_WORKBOOK_BYTES = 1024 ** 3;

/** A database with ledger, export tables and marts, without the processes around it: files are loaded by a call. */
export class Warehouse {
  readonly db: Pool;
  /** With the rights of a consumer, whose group owns the tables of `export`. */
  readonly #consumer: Pool;
  readonly env: NodeJS.ProcessEnv;
  /** Where dbt writes. */
  readonly target: string;
  readonly #database: TestDatabase;
  readonly #feeds: Feeds;
  readonly #folder: string;

  private constructor(database: TestDatabase, feeds: Feeds, folder: string, env: Record<string, string>) {
    const { config } = database;
    this.#database = database;
    this.#feeds = feeds;
    this.#folder = folder;
    this.db = createPool(config, 'test', () => {});
    this.#consumer = createPool(config, 'test', () => {}, { as: 'consumer' });
    this.target = join(folder, 'target');
    this.env = {
      ...process.env,
      ...config,
      POSTGRES_PORT: String(config.POSTGRES_PORT),
      WAYMARK_DBT_TARGET: this.target,
      ...env,
    };
  }

  /** @param given a database that is migrated, if it is not to be a new one */
  static async create(env: Record<string, string> = {}, given?: TestDatabase): Promise<Warehouse> {
    const database = given ?? (await createTestDatabase());
    const feeds = await readFeeds(env.FEEDS_DIR ?? join(PROJECT, 'feeds'), { none: true });
    const folder = await mkdtemp(join(tmpdir(), 'waymark-warehouse-'));
    const warehouse = new Warehouse(database, feeds, folder, env);
    for (const feed of feeds.all)
      await ensureExportTable(
        warehouse.#consumer,
        feed,
        feed.columns.map(({ name }) => name),
      );
    return warehouse;
  }

  /** Takes a file in and loads it. @returns its id */
  async load(path: string): Promise<string> {
    const content = await readFile(path);
    const { client, file_type, period } = parseFileName(basename(path)) as Required<
      NonNullable<ReturnType<typeof parseFileName>>
    >;
    const feed = this.#feeds.find(client, file_type)!;
    const source = { size: content.length, read: (range?: ByteRange) => createReadStream(path, range) };
    const options = { maxWorkbookBytes: MAX_WORKBOOK_BYTES };
    const opened = await openFeedFile(source, feed, this.#feeds, { ...options, headerOnly: true });
    await opened.table.close();
    const { file } = await acceptFile(this.db, {
      id: randomUUID(),
      client,
      file_type,
      period,
      delivery: feed.delivery,
      name: basename(path),
      format: opened.table.format,
      size_bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      storage_key: path,
      columns: opened.columns,
      drift: opened.drift,
    });
    if (file.state !== 'received') return file.id;
    const storage = { read: source.read } as unknown as Storage;
    const loading = {
      pool: this.#consumer,
      storage: { ...storage, read: (_: string, range?: ByteRange) => source.read(range) },
      feeds: this.#feeds,
      ...options,
    };
    await withConnection(this.#consumer, async ({ client: connection }) => {
      const { state } = await loadFile(connection, await claimed(connection, file.id), loading);
      if (state !== 'loaded') throw new Error(`${path} is ${state}`);
    });
    return file.id;
  }

  /** Takes a file out, as `DELETE /files/{id}` and the purge do. */
  async remove(id: string): Promise<void> {
    await deleteFile(this.db, id);
    await purgeReplaced(this.db, async () => {});
  }

  /** A run by hand, of the project or of a copy of it: covers every loaded file. */
  async run(args: string[] = [], project = join(PROJECT, 'dbt')): Promise<RunSummary> {
    const python = this.env.DBT_PYTHON ?? 'python3';
    const done = promisify(execFile)(python, [join(project, 'run.py'), ...args], {
      env: this.env,
      maxBuffer: 64 * 1024 ** 2,
    });
    const stdout = await done.then(
      (output) => output.stdout,
      (error: { stdout: string }) => error.stdout,
    );
    const summary = parseSummary(stdout.trim().split('\n').at(-1) ?? '');
    if (!summary) throw new Error(`run.py left no summary: ${stdout}`);
    return summary;
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.db.query<Row>(text, values)).rows;
  }

  async drop(): Promise<void> {
    await Promise.all([this.db.end(), this.#consumer.end()]);
    await this.#database.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
