import { Counter, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../platform/metrics.ts';
import type { Outcome } from './load-file.ts';

type Labels = { client: string; file_type: string };

/** What a consumer counts. */
export class ConsumerMetrics {
  readonly #files;
  readonly #rows;
  readonly #rejected;
  readonly #bytes;
  readonly #duration;
  readonly #endToEnd;

  constructor(registry: Registry) {
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
    this.#endToEnd = new Histogram({
      name: 'waymark_upload_to_load_duration_seconds',
      help: 'Time from accepting a file to the commit of its rows.',
      labelNames,
      buckets: DURATION_BUCKETS,
      registers,
    });
  }

  settled(labels: Labels, outcome: Outcome, bytes: number, seconds: number, receivedAt: Date): void {
    this.#files.inc({ ...labels, outcome: outcome.state });
    this.#rejected.inc(labels, outcome.rejected);
    if (outcome.state !== 'loaded') return;
    this.#rows.inc(labels, outcome.rows);
    this.#bytes.inc(labels, bytes);
    this.#duration.observe(labels, seconds);
    this.#endToEnd.observe(labels, (Date.now() - receivedAt.getTime()) / 1000);
  }

  gaveUp(labels: Labels): void {
    this.#files.inc({ ...labels, outcome: 'failed' });
  }
}
