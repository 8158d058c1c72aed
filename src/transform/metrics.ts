import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../platform/metrics.ts';
import type { QueueDepth } from '../queue/depth.ts';

/** What the transformation counts and sees. */
export class TransformMetrics {
  readonly #duration;
  readonly #runs;
  readonly #lastSuccess;
  readonly #ready;
  readonly #unacked;
  readonly #consumers;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#duration = new Histogram({
      name: 'waymark_run_duration_seconds',
      help: 'Time that dbt took, by outcome.',
      labelNames: ['outcome'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#runs = new Counter({
      name: 'waymark_runs_total',
      help: 'Runs that ended, by outcome.',
      labelNames: ['outcome'] as const,
      registers,
    });
    this.#lastSuccess = new Gauge({
      name: 'waymark_run_last_success_timestamp_seconds',
      help: 'When a run last succeeded, as seconds since 1970.',
      registers,
    });
    this.#ready = new Gauge({
      name: 'waymark_queue_messages_ready',
      help: 'Messages that wait in the queue.',
      registers,
    });
    this.#unacked = new Gauge({
      name: 'waymark_queue_messages_unacked',
      help: 'Messages that consumers have and did not ack yet.',
      registers,
    });
    this.#consumers = new Gauge({
      name: 'waymark_queue_consumers',
      help: 'Consumers at the queue.',
      registers,
    });
  }

  queue(depth: QueueDepth): void {
    this.#ready.set(depth.ready);
    this.#unacked.set(depth.unacked);
    this.#consumers.set(depth.consumers);
  }

  succeededAt(when: Date): void {
    this.#lastSuccess.set(when.getTime() / 1000);
  }

  ended(outcome: 'succeeded' | 'failed', seconds: number): void {
    this.#runs.inc({ outcome });
    this.#duration.observe({ outcome }, seconds);
    if (outcome === 'succeeded') this.succeededAt(new Date());
  }
}
