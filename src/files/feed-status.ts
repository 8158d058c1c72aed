import type { Queryable } from '../platform/database.ts';
import type { Feed } from './feeds.ts';
import { latePeriods } from './late.ts';

export type FeedLabels = Pick<Feed, 'client' | 'file_type'>;

export const sameFeed = (a: FeedLabels, b: FeedLabels) =>
  a.client === b.client && a.file_type === b.file_type;

/** What came of a feed, and what did not. */
export interface FeedStatus extends Pick<Feed, 'client' | 'file_type' | 'delivery' | 'expected'> {
  /** The first and the last period of which a file is held; null where none is. */
  first_period: string | null;
  last_period: string | null;
  /** Periods whose file should be here by now; see latePeriods. */
  late_periods: string[];
}

// A file that is being loaded is here; one that was rejected, failed or was taken out is not.
const HELD = `
  select client, file_type, array_agg(distinct period order by period) as periods
    from ingest.file where state in ('received', 'loading', 'loaded', 'superseded')
   group by client, file_type`;

/** How every described feed stands. */
export async function readFeedStatus(
  db: Queryable,
  feeds: readonly Feed[],
  now: Date,
): Promise<FeedStatus[]> {
  const { rows } = await db.query<FeedLabels & { periods: string[] }>(HELD);
  return feeds.map(({ client, file_type, delivery, expected }) => {
    const held = rows.find((row) => sameFeed(row, { client, file_type }))?.periods ?? [];
    return {
      client,
      file_type,
      delivery,
      expected,
      first_period: held[0] ?? null,
      last_period: held.at(-1) ?? null,
      late_periods: latePeriods(expected, held, now),
    };
  });
}
