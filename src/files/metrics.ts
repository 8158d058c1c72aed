import { Counter, Gauge, type Registry } from 'prom-client';
import { CountedHistogram } from '../platform/counted-histogram.ts';
import type { Pool } from '../platform/database.ts';
import { askedOnce } from '../platform/metrics.ts';
import { type FeedLabels, sameFeed } from './feed-status.ts';
import { FILE_STATES } from './ledger.ts';
import { LOAD_PATHS, readSpans, readTallies, SPAN_BUCKETS, type Span, type Tally } from './totals.ts';

const FEED_LABELS = ['client', 'file_type'] as const;
const total = (tallies: Tally[], figure: (tally: Tally) => number) =>
  tallies.reduce((sum, tally) => sum + figure(tally), 0);

/**
 * What the ledger says, counted when Prometheus asks. Consumers come and go, and what one of them counted between its
 * last scrape and its end is lost; the ledger loses nothing. Every API replica tells the same: take the maximum of
 * `waymark_ledger_…` over replicas, never the sum. Nothing is told while the database does not answer.
 */
export function countLedger(registry: Registry, pool: Pool, feeds: readonly FeedLabels[]): void {
  const registers = [registry];
  const tallies = askedOnce(() => readTallies(pool));
  const spans = askedOnce(() => readSpans(pool));

  new Gauge({
    name: 'waymark_files',
    help: 'Files in the ledger, by state.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const found = await tallies();
      this.reset();
      if (!found) return;
      for (const state of FILE_STATES) {
        const own = found.filter((tally) => tally.state === state);
        this.set(
          { state },
          total(own, ({ files }) => files),
        );
      }
    },
  });

  /** A counter by feed; a feed that has no file yet stands at 0, so that its first file shows as an increase. */
  const byFeed = (
    name: string,
    help: string,
    figures: (own: Tally[]) => { labels?: Record<string, string>; value: number }[],
    moreLabels: string[] = [],
  ) =>
    new Counter({
      name,
      help,
      labelNames: [...FEED_LABELS, ...moreLabels],
      registers,
      async collect() {
        const found = await tallies();
        this.reset();
        if (!found) return;
        for (const { client, file_type } of withFilesOrFeed(feeds, found)) {
          const own = found.filter((tally) => sameFeed(tally, { client, file_type }));
          for (const { labels, value } of figures(own)) this.inc({ client, file_type, ...labels }, value);
        }
      },
    });
  const sum = (figure: (tally: Tally) => number) => (own: Tally[]) => [{ value: total(own, figure) }];
  byFeed(
    'waymark_ledger_files_accepted_total',
    'Files accepted.',
    sum(({ files }) => files),
  );
  byFeed(
    'waymark_ledger_bytes_accepted_total',
    'Bytes of the files accepted.',
    sum(({ bytes }) => bytes),
  );
  byFeed(
    'waymark_ledger_rows_loaded_total',
    'Rows loaded into export.',
    sum(({ rows_loaded }) => rows_loaded),
  );
  byFeed(
    'waymark_ledger_bytes_loaded_total',
    'Bytes of the files loaded.',
    sum(({ loaded, bytes }) => (loaded ? bytes : 0)),
  );
  byFeed(
    'waymark_ledger_rows_rejected_total',
    'Records of loaded files that could not be parsed and were kept aside.',
    sum(({ rows_rejected }) => rows_rejected),
  );
  byFeed(
    'waymark_ledger_files_loaded_total',
    'Files loaded, by the way their rows took: copy (bytes passed through), records (parsed) or workbook.',
    (own) =>
      LOAD_PATHS.map((load_path) => {
        const loaded = own.filter((tally) => tally.loaded && tally.load_path === load_path);
        return { labels: { load_path }, value: total(loaded, ({ files }) => files) };
      }),
    ['load_path'],
  );

  const timed = (name: string, help: string, span: Span) =>
    new CountedHistogram({ name, help, labelNames: FEED_LABELS, registers }, SPAN_BUCKETS, async () => {
      const found = await spans();
      if (!found) return [];
      const own = found.filter((part) => part.span === span);
      return withFilesOrFeed(feeds, own).map(({ client, file_type }) => {
        const counts = Array<number>(SPAN_BUCKETS.length + 1).fill(0);
        let sum = 0;
        for (const part of own.filter((other) => sameFeed(other, { client, file_type }))) {
          counts[part.bucket] = part.files;
          sum += part.seconds;
        }
        return { labels: { client, file_type }, counts, sum };
      });
    });
  timed(
    'waymark_ledger_load_duration_seconds',
    'Time from the start of the load that succeeded to its commit.',
    'load',
  );
  timed(
    'waymark_ledger_upload_to_load_duration_seconds',
    'Time from accepting a file to the commit of its rows.',
    'upload_to_load',
  );
  timed(
    'waymark_ledger_upload_to_mart_duration_seconds',
    'Time from accepting a file to the end of the first run that brought it into the marts.',
    'upload_to_mart',
  );
}

/** The feeds that are described, and those that have files though nobody describes them any more. */
function withFilesOrFeed(feeds: readonly FeedLabels[], found: readonly FeedLabels[]): FeedLabels[] {
  const all: FeedLabels[] = [...feeds];
  for (const other of found) if (!all.some((feed) => sameFeed(feed, other))) all.push(other);
  return all;
}

const OUTBOX = `
  select count(*) as count,
         coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as age
    from ingest.outbox`;
const WAITING = `
  select coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float8 as age
    from ingest.file where state in ('received', 'loading')`;

/** What waits now, looked up when Prometheus asks: messages for the broker, files for a consumer. */
export function countWaiting(registry: Registry, pool: Pool): void {
  const registers = [registry];
  const outbox = askedOnce(async () => (await pool.query<{ count: number; age: number }>(OUTBOX)).rows[0]!);
  const waiting = askedOnce(async () => (await pool.query<{ age: number }>(WAITING)).rows[0]!);
  const gauge = (name: string, help: string, look: () => Promise<number | undefined>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const value = await look();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  gauge(
    'waymark_outbox_unsent_messages',
    'Messages in the outbox that the broker has not confirmed yet.',
    async () => (await outbox())?.count,
  );
  gauge(
    'waymark_outbox_oldest_message_age_seconds',
    'How long the oldest message in the outbox has waited; 0 where there is none.',
    async () => (await outbox())?.age,
  );
  gauge(
    'waymark_oldest_waiting_file_age_seconds',
    'How long ago the oldest file that is not settled was accepted; 0 where there is none.',
    async () => (await waiting())?.age,
  );
}
