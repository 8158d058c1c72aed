import { prepared, type Queryable } from '../platform/database.ts';
import { compareFiles, type Drift, type FileFacts, type NullShares } from './drift.ts';
import type { FileRow } from './ledger.ts';

type Placed = Pick<FileRow, 'id' | 'client' | 'file_type' | 'period' | 'delivery' | 'sequence'>;

const LOCK_FEED = prepared(
  `select pg_advisory_xact_lock(hashtextextended('waymark.feed:' || $1::text || ':' || $2::text, 0))`,
);
const AFTER = `
  select id from ingest.file
   where client = $1 and file_type = $2 and state = 'loaded' and (period, sequence) > ($3, $4)
   order by period, sequence limit 1`;
// In the order of their acceptance, as the end of a run locks them (src/transform/runs.ts): neither waits for the other.
const LOCK_FILES = prepared(`
  select from ingest.file
   where id in (
     select $5::uuid
      union all (${AFTER})
      union all
     select id from ingest.file
      where $6 = 'snapshot' and client = $1 and file_type = $2 and period = $3 and state = 'loaded')
   order by sequence for update`);

/**
 * Until the end of the transaction, nobody else changes which files of the feed are loaded; and the files that a change
 * of this one touches are locked: itself, those that it may replace, and the one after it.
 */
export async function lockFeed(db: Queryable, file: Placed): Promise<void> {
  const { client, file_type, period, sequence, id, delivery } = file;
  await db.query(LOCK_FEED([client, file_type]));
  await db.query(LOCK_FILES([client, file_type, period, sequence, id, delivery]));
}

interface Pair {
  id: string;
  columns: string[];
  drift: Drift;
  null_shares: NullShares | null;
  before_id: string | null;
  before_columns: string[];
  before_drift: Drift;
  before_null_shares: NullShares | null;
}

const PAIRS = prepared(`
  select f.id, f.columns, f.drift, f.null_shares, before.id as before_id, before.columns as before_columns,
         before.drift as before_drift, before.null_shares as before_null_shares
    from ingest.file f
    left join lateral (
      select * from ingest.file b
       where b.client = f.client and b.file_type = f.file_type and b.state = 'loaded'
         and (b.period, b.sequence) < (f.period, f.sequence)
       order by b.period desc, b.sequence desc limit 1) before on true
   where (f.id = $5 and f.state <> 'deleted') or f.id = (${AFTER})`);
const NOTE = prepared(`
  update ingest.file f set drift = f.drift || note.drift
    from (values ($1::uuid, $2::jsonb), ($3, $4)) as note (id, drift) where f.id = note.id`);

/**
 * Holds a file, and the one that comes after it in its feed, against the one before each: the latest loaded file of an
 * earlier period, or accepted earlier for the same one. What files say of one another so depends on which are loaded, and
 * not on which of them was loaded first. The caller holds `lockFeed`.
 */
export async function compareNeighbours(db: Queryable, file: Placed): Promise<void> {
  const { client, file_type, period, sequence, id } = file;
  const { rows } = await db.query<Pair>(PAIRS([client, file_type, period, sequence, id]));
  const notes = rows.flatMap((pair) => [pair.id, compareFiles(factsOf(pair), factsBefore(pair))]);
  await db.query(NOTE([...notes, null, null, null, null].slice(0, 4)));
}

const factsOf = ({ id, columns, drift, null_shares }: Pair): FileFacts => ({
  id,
  columns,
  added: drift.added,
  null_shares,
});

const factsBefore = (pair: Pair): FileFacts | undefined =>
  pair.before_id === null
    ? undefined
    : {
        id: pair.before_id,
        columns: pair.before_columns,
        added: pair.before_drift.added,
        null_shares: pair.before_null_shares,
      };
