import { Gauge, type Registry } from 'prom-client';
import type { Pool } from '../platform/database.ts';
import { askedOnce } from '../platform/metrics.ts';
import { DRIFT_KINDS, type Drift } from './drift.ts';
import { type FeedLabels, readFeedStatus } from './feed-status.ts';
import type { Feed } from './feeds.ts';

const LATEST = `
  select distinct on (client, file_type) client, file_type, drift
    from ingest.file where state = 'loaded'
   order by client, file_type, period desc, sequence desc`;

/** How feeds stand by the ledger, looked up when Prometheus asks; every API replica tells the same. */
export function countFeeds(registry: Registry, pool: Pool, feeds: readonly Feed[]): void {
  const registers = [registry];
  const latest = askedOnce(async () => (await pool.query<FeedLabels & { drift: Drift }>(LATEST)).rows);
  const status = askedOnce(() => readFeedStatus(pool, feeds, new Date()));
  new Gauge({
    name: 'waymark_feed_drift_columns',
    help:
      'Columns of the latest loaded file that differ, by kind: added, missing (from the description of the feed); ' +
      'appeared, vanished, renamed, mostly_null (from the file before).',
    labelNames: ['client', 'file_type', 'kind'] as const,
    registers,
    async collect() {
      const found = await latest();
      this.reset();
      for (const { client, file_type, drift } of found ?? [])
        for (const kind of DRIFT_KINDS) this.set({ client, file_type, kind }, drift[kind]?.length ?? 0);
    },
  });
  new Gauge({
    name: 'waymark_feed_late_periods',
    help: 'Periods whose file should be here by now, of feeds that say when files are expected; 24 at most.',
    labelNames: ['client', 'file_type'] as const,
    registers,
    async collect() {
      const found = await status();
      this.reset();
      for (const { client, file_type, expected, late_periods } of found ?? [])
        if (expected) this.set({ client, file_type }, late_periods.length);
    },
  });
}
