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
export const DURATION_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
