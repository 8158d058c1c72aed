import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges of prom-client whose names end in `_total`, which Prometheus keeps for counters. */
const MISNAMED = ['active_handles_total', 'active_requests_total', 'active_resources_total'];

/** A registry with the process's own metrics under the prefix `waymark_`. */
export function createRegistry(role: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry, prefix: 'waymark_' });
  for (const name of MISNAMED) registry.removeSingleMetric(`waymark_nodejs_${name}`);
  return registry;
}

/** Upper bounds in seconds for work that takes from milliseconds to an hour. */
export const DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Metrics of one scrape are asked for within this time: they share an answer, and so agree with each other. */
const SCRAPE_MS = 1000;

/** One answer for all metrics of a scrape; undefined where `ask` fails, so that the other metrics are still told. */
export function askedOnce<T>(ask: () => Promise<T>): () => Promise<T | undefined> {
  let answer: Promise<T | undefined> | undefined;
  let askedAt = 0;
  return () => {
    if (!answer || performance.now() - askedAt > SCRAPE_MS) {
      askedAt = performance.now();
      answer = ask().catch(() => undefined);
    }
    return answer;
  };
}
