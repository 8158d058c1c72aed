import type { Queryable } from '../platform/database.ts';
import { type FeedStatus, readFeedStatus } from './feed-status.ts';
import type { Feed } from './feeds.ts';

export interface Status {
  files: { state: string; count: number }[];
  unsent: number;
  feeds: FeedStatus[];
  runs: { state: string; reason: string; requested_at: Date; ended_at: Date | null }[];
}

/** What stands in the ledger: files by state, unsent messages, how feeds stand, the latest runs. */
export async function readStatus(db: Queryable, feeds: readonly Feed[]): Promise<Status> {
  const files = await db.query(
    'select state, count(*) as count from ingest.file group by state order by state',
  );
  const unsent = await db.query('select count(*) as count from ingest.outbox');
  const runs = await db.query(
    'select state, reason, requested_at, ended_at from ingest.run order by sequence desc limit 5',
  );
  return {
    files: files.rows,
    unsent: unsent.rows[0].count,
    feeds: await readFeedStatus(db, feeds, new Date()),
    runs: runs.rows,
  };
}
