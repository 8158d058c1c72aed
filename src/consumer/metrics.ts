import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Feed } from '../files/feeds.ts';
import { DURATION_BUCKETS } from '../platform/metrics.ts';
import type { Outcome } from './load-file.ts';

type Labels = Pick<Feed, 'client' | 'file_type'>;

const OUTCOMES = ['loaded', 'rejected', 'failed'] as const;

/**
 * What a consumer counts. Its figures end with it: totals are told from the ledger (src/files/metrics.ts). Every known
 * feed is told from the start, as an increase shows only beside an earlier 0.
 */
export class ConsumerMetrics {
  readonly #files;
  readonly #rows;
  readonly #rejected;
  readonly #bytes;
  readonly #duration;
  readonly #busy;

  constructor(registry: Registry, feeds: readonly Labels[], capacity: number) {
    const registers = [registry];
    const labelNames = ['client', 'file_type'] as const;
    this.#files = new Counter({
      name: 'waymark_files_total',
      help: 'Files settled, by outcome: loaded, rejected or failed.',
      labelNames: [...labelNames, 'outcome'] as const,
      registers,
    });
    this.#rows = new Counter({
      name: 'waymark_rows_loaded_total',
      help: 'Rows loaded into export.',
      labelNames,
      registers,
    });
    this.#rejected = new Counter({
      name: 'waymark_rows_rejected_total',
      help: 'Records that could not be parsed and were kept aside.',
      labelNames,
      registers,
    });
    this.#bytes = new Counter({
      name: 'waymark_load_bytes_total',
      help: 'Bytes of the files that were loaded.',
      labelNames,
      registers,
    });
    this.#duration = new Histogram({
      name: 'waymark_load_duration_seconds',
      help: 'Time from taking a message to the commit.',
      labelNames,
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#busy = new Gauge({
      name: 'waymark_consumer_busy_files',
      help: 'Files that the consumer is loading now.',
      registers,
    });
    new Gauge({
      name: 'waymark_consumer_capacity_files',
      help: 'Files that the consumer loads side by side at most.',
      registers,
    }).set(capacity);
    for (const { client, file_type } of feeds) {
      const labels = { client, file_type };
      for (const outcome of OUTCOMES) this.#files.inc({ ...labels, outcome }, 0);
      for (const counter of [this.#rows, this.#rejected, this.#bytes]) counter.inc(labels, 0);
      this.#duration.zero(labels);
    }
  }

  /** Counts the consumer as busy while `load` lasts. */
  async busy<T>(load: () => Promise<T>): Promise<T> {
    this.#busy.inc();
    try {
      return await load();
    } finally {
      this.#busy.dec();
    }
  }

  settled(labels: Labels, outcome: Outcome, bytes: number, seconds: number): void {
    this.#files.inc({ ...labels, outcome: outcome.state });
    this.#rejected.inc(labels, outcome.rejected);
    if (outcome.state !== 'loaded') return;
    this.#rows.inc(labels, outcome.rows);
    this.#bytes.inc(labels, bytes);
    this.#duration.observe(labels, seconds);
  }

  gaveUp(labels: Labels): void {
    this.#files.inc({ ...labels, outcome: 'failed' });
  }
}
