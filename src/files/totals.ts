import type { Queryable } from '../platform/database.ts';
import type { FileRow, FileState } from './ledger.ts';
import type { FileType } from './names.ts';

export const LOAD_PATHS = ['copy', 'records', 'workbook'] as const;

/** Files of one feed that are in one state and took one way, taken together. */
export interface Tally {
  client: string;
  file_type: FileType;
  state: FileState;
  load_path: FileRow['load_path'];
  /** Whether their rows came into `export`, also where they left it again. */
  loaded: boolean;
  files: number;
  bytes: number;
  rows_loaded: number;
  rows_rejected: number;
}

// What was loaded once stays counted when a file is superseded or deleted, and a retry begins with files that brought no
// rows: so none of the figures ever falls.
const TALLIES = `
  select client, file_type, state, load_path, coalesce(rows_loaded > 0, false) as loaded,
         count(*) as files, sum(size_bytes)::float8 as bytes,
         coalesce(sum(rows_loaded), 0)::float8 as rows_loaded,
         coalesce(sum(rows_rejected) filter (where rows_loaded > 0), 0)::float8 as rows_rejected
    from ingest.file
   group by client, file_type, state, load_path, loaded`;

/** Everything in the ledger, summed up. One pass over the files: 20,000 of them take some ten milliseconds. */
export async function readTallies(db: Queryable): Promise<Tally[]> {
  return (await db.query<Tally>(TALLIES)).rows;
}

/** The times of a file that are told: of its load, and from its upload until it is loaded, or in the marts. */
export type Span = 'load' | 'upload_to_load' | 'upload_to_mart';

/** Upper bounds in seconds: from a small CSV's load to a file that waits a day for its run. */
export const SPAN_BUCKETS = [
  0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14_400, 86_400,
];

/** Loaded files of one feed whose time falls between two bounds. */
export interface SpanCount {
  client: string;
  file_type: FileType;
  span: Span;
  /** 0 below the first bound, and so on; the number of bounds above the last. */
  bucket: number;
  files: number;
  seconds: number;
}

// A deleted file's time of settling is that of its deletion. The start of its load stands in for it: no later than the
// end was, so that the counts below each bound only grow.
const SPANS = `
  select f.client, f.file_type, span.name as span, width_bucket(span.seconds, $1::float8[]) as bucket,
         count(*) as files, sum(span.seconds)::float8 as seconds
    from ingest.file f left join ingest.run r on r.id = f.run_id
   cross join lateral (select case f.state when 'deleted' then f.loading_at else f.settled_at end as at) loaded
   cross join lateral (
     select name, greatest(0, extract(epoch from took)::float8) as seconds
       from (values ('load', loaded.at - f.loading_at),
                    ('upload_to_load', loaded.at - f.received_at),
                    ('upload_to_mart', r.ended_at - f.received_at)) spans (name, took)
      where took is not null) span
   where f.rows_loaded > 0
   group by f.client, f.file_type, span.name, bucket`;

/** How long the loaded files took, by feed, as counts between the bounds of SPAN_BUCKETS. */
export async function readSpans(db: Queryable): Promise<SpanCount[]> {
  return (await db.query<SpanCount>(SPANS, [SPAN_BUCKETS])).rows;
}
