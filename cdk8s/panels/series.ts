import type { Query } from '../grafana.ts';

/** Variables of the dashboard as they stand in expressions. */
const HERE = 'namespace="$namespace"';
export const FEEDS = 'client=~"$client",file_type=~"$file_type"';
export const BY_FEED = '{{client}} {{file_type}}';

/** Series of this namespace. */
export const here = (metric: string, ...more: string[]) => `${metric}{${[HERE, ...more].join(',')}}`;
export const rate = (series: string) => `rate(${series}[$__rate_interval])`;

// Throughput and times come from the ledger, as every API replica tells it: consumers live for minutes, and what one of
// them counted before its first scrape, or after its last, Prometheus never sees. Replicas tell the same, so: the maximum.
export const ledgerRate = (metric: string, by: string, labels = by) =>
  `sum by (${by}) (max by (${labels}) (${rate(here(metric, FEEDS))}))`;
export const ledgerTotal = (metric: string, by = 'client, file_type') =>
  `max by (${by}) (${here(metric, FEEDS)})`;
/** By feed over the chosen window. What had no load in it would be NaN, and is left out. */
const ledgerQuantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, max by (client, file_type, le) (rate(${here(`${metric}_bucket`, FEEDS)}[$window]))) > 0`;
export const medianAnd95th = (metric: string): Query[] => [
  [ledgerQuantile(0.5, metric), `${BY_FEED} half`],
  [ledgerQuantile(0.95, metric), `${BY_FEED} 95 %`],
];
/** 0 where there is no consumer, which is then the truth: nothing is being loaded. */
export const ofConsumers = (expression: string) => `${expression} or on () vector(0)`;
