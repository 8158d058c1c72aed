import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { Feed } from '../../files/feeds.ts';
import { exportTable } from '../../files/names.ts';
import type { RecordBatch } from '../../load/csv-records.ts';
import { identifier } from '../../platform/database.ts';
import { CANONICAL, IDENTITY } from '../canonical.ts';
import { parseSeed } from '../draft/known-words.ts';
import { normalizeName, stagingName } from '../models.ts';
import { renderModels, SCHEMAS } from './models.ts';

/** What cleaning found wrong with one column in one way. */
export interface FlagCount {
  column: string;
  rule: string;
  count: number;
  /** The first rows that have it. */
  rows: number[];
}

/** A row after cleaning. */
export interface CleanRow {
  rowNumber: number;
  values: Record<string, string | null>;
  flags: { column: string; rule: string }[];
}

export interface Cleaned {
  flags: FlagCount[];
  /** Rows that cleaning leaves without the column that every row is known by. */
  withoutKey: number;
  /** The rows that were asked for. */
  shown: CleanRow[];
}

/** The one file of a dry run. */
const FILE_ID = '00000000-0000-4000-8000-000000000000';
/** So many row numbers of a flag are told. */
const EXAMPLES = 5;

/** A Postgres in memory with the models of one feed, which rows pass through batch by batch. */
export class DryDatabase {
  readonly #db: PGlite;
  readonly #feed: Feed;
  readonly #columns: readonly string[];

  private constructor(db: PGlite, feed: Feed, columns: readonly string[]) {
    this.#db = db;
    this.#feed = feed;
    this.#columns = columns;
  }

  /**
   * @param columns the file's, as database names, in its order
   * @param period `YYYY-MM`
   */
  static async open(
    feed: Feed,
    columns: readonly string[],
    period: string,
    dbtDir: string,
  ): Promise<DryDatabase> {
    const sql = await renderModels(feed, dbtDir);
    const db = await PGlite.create();
    await db.exec(`
      create schema ${SCHEMAS.export}; create schema ${SCHEMAS.models};
      create table ${SCHEMAS.models}.covered_file as
        select '${FILE_ID}'::uuid as file_id, '${feed.client}'::text as client, '${feed.file_type}'::text as file_type,
               period, (to_date(period, 'YYYY-MM') + interval '1 month - 1 day')::date as period_end, 1::bigint as file_order
          from (values ('${period}'::text)) as file (period)`);
    await loadSeeds(db, join(dbtDir, 'seeds'));
    const all = new Set([...feed.columns.map(({ name }) => name), ...columns]);
    await db.exec(`
      create unlogged table ${SCHEMAS.export}.${identifier(exportTable(feed))} (
        _file_id uuid default '${FILE_ID}', _row_number bigint, _loaded_at timestamptz,
        ${[...all].map((name) => `${identifier(name)} text`).join(', ')});
      create view ${SCHEMAS.models}.${stagingName(feed)} as ${sql.staging};
      create view ${SCHEMAS.models}.${normalizeName(feed)} as ${sql.normalize};`);
    return new DryDatabase(db, feed, columns);
  }

  /**
   * Cleans some rows; `shown` of them, by their row numbers, are given back.
   * @throws without the values that a database error quotes
   */
  async clean(rows: RecordBatch['rows'], shown: ReadonlySet<number>): Promise<Cleaned> {
    try {
      return await this.#clean(rows, shown);
    } catch (error) {
      throw new Error(
        `the cleaning macros failed on a batch of rows (SQLSTATE ${(error as { code?: string }).code})`,
      );
    }
  }

  async #clean(rows: RecordBatch['rows'], shown: ReadonlySet<number>): Promise<Cleaned> {
    const table = `${SCHEMAS.export}.${identifier(exportTable(this.#feed))}`;
    const canonical = CANONICAL[this.#feed.file_type];
    await this.#db.exec(`truncate ${table}; drop table if exists cleaned`);
    await this.#db.query(
      `insert into ${table} (_row_number, ${this.#columns.map(identifier).join(', ')})
       select (cells ->> 0)::bigint, ${this.#columns.map((_, i) => `cells ->> ${i + 1}`).join(', ')}
         from jsonb_array_elements($1::jsonb) as cells`,
      [JSON.stringify(rows.map(({ rowNumber, fields }) => [rowNumber, ...fields]))],
    );
    await this.#db.exec(
      `create temp table cleaned as select * from ${SCHEMAS.models}.${normalizeName(this.#feed)}`,
    );
    const flags = await this.#db.query<FlagCount>(
      `select flag ->> 'column' as column, flag ->> 'rule' as rule, count(*)::integer as count,
              (array_agg(row_number::integer order by row_number))[1:${EXAMPLES}] as rows
         from cleaned, jsonb_array_elements(flags) as flag
        group by 1, 2`,
    );
    const keys = await this.#db.query<{ count: number }>(
      `select count(*)::integer as count from cleaned where ${IDENTITY[this.#feed.file_type]} is null`,
    );
    const some = await this.#db.query<CleanRow>(
      `select row_number::integer as "rowNumber", coalesce(flags, '[]') as flags,
              jsonb_build_object(${canonical.map(({ name }) => `'${name}', ${name}::text`).join(', ')}) as values
         from cleaned where row_number = any($1::bigint[]) order by row_number`,
      [[...shown]],
    );
    return { flags: flags.rows, withoutKey: keys.rows[0]!.count, shown: some.rows };
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

/** The reference lists, all of them text as dbt loads them. */
async function loadSeeds(db: PGlite, directory: string): Promise<void> {
  for (const name of (await readdir(directory)).filter((each) => each.endsWith('.csv'))) {
    const [header, ...rows] = parseSeed(await readFile(join(directory, name), 'utf8'));
    const columns = header!.map((column) => identifier(column!));
    const table = `${SCHEMAS.models}.${identifier(name.replace(/\.csv$/, ''))}`;
    await db.exec(`create table ${table} (${columns.map((column) => `${column} text`).join(', ')})`);
    await db.query(
      `insert into ${table} select ${columns.map((_, i) => `cells ->> ${i}`).join(', ')} from jsonb_array_elements($1::jsonb) as cells`,
      [JSON.stringify(rows)],
    );
  }
}
