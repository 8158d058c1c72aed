import { timeseries } from '../grafana.ts';
import { FEEDS, here, ofConsumers, rate } from './series.ts';

export const consumers = [
  timeseries({
    title: 'Rows per second by consumer',
    unit: 'si:rows/s',
    description:
      'What every consumer itself counted. Consumers should do about the same; one that does nothing while others are busy is worth a look at its log. What a consumer did before its first scrape is missing here: totals stand above.',
    queries: [[ofConsumers(`sum by (pod) (${rate(here('waymark_rows_loaded_total', FEEDS))})`), '{{pod}}']],
    width: 6,
  }),
  timeseries({
    title: 'Bytes per second by consumer',
    unit: 'Bps',
    description:
      'Bytes of files loaded by every consumer. If each one gets slower as more are added, they wait for Postgres.',
    queries: [[ofConsumers(`sum by (pod) (${rate(here('waymark_load_bytes_total', FEEDS))})`), '{{pod}}']],
    width: 6,
  }),
  timeseries({
    title: 'Time spent loading by consumer',
    unit: 'percentunit',
    description:
      'The share of its time that a consumer spends in loads that succeed; above 100 % it loads several files side by side. Near 100 % everywhere: more consumers will help. Low while messages wait: they wait for something else.',
    queries: [
      [ofConsumers(`sum by (pod) (${rate(here('waymark_load_duration_seconds_sum', FEEDS))})`), '{{pod}}'],
    ],
    width: 6,
  }),
  timeseries({
    title: 'Files settled by outcome',
    unit: 'suffix: files/s',
    description:
      'Files that consumers settled per second: loaded, rejected (the file is wrong) or failed (we could not). Failures: see the reason in GET /files?state=failed and the consumer log.',
    queries: [[ofConsumers(`sum by (outcome) (${rate(here('waymark_files_total', FEEDS))})`), '{{outcome}}']],
    width: 6,
    stacked: true,
  }),
];
