import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '../platform/metrics.ts';
import type { QueueDepth } from '../queue/depth.ts';
import { TransformMetrics } from '../transform/metrics.ts';

const RESULTS = ['ok', 'problem', 'error'] as const;

/** What the operator counts of its own work, and of the runs that it starts. */
export class OperatorMetrics {
  readonly runs: TransformMetrics;
  readonly #reconciled;
  readonly #duration;
  readonly #restarts;
  #depth: QueueDepth | undefined;

  constructor(registry: Registry, waiting: () => number) {
    const registers = [registry];
    this.runs = new TransformMetrics(registry);
    this.runs.watchQueue(async () => {
      if (!this.#depth) throw new Error('the depth of the queue is unknown');
      return this.#depth;
    });
    this.#reconciled = new Counter({
      name: 'waymark_operator_reconcile_total',
      help: 'Looks at a Transformation: ok, with a problem that somebody has to mend, or ended by an error.',
      labelNames: ['result'] as const,
      registers,
    });
    for (const result of RESULTS) this.#reconciled.inc({ result }, 0);
    this.#duration = new Histogram({
      name: 'waymark_operator_reconcile_duration_seconds',
      help: 'Time that a look at a Transformation took.',
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#restarts = new Counter({
      name: 'waymark_operator_informer_restarts_total',
      help: 'Informers that stopped because of an error and were started anew.',
      labelNames: ['resource'] as const,
      registers,
    });
    for (const resource of ['transformations', 'jobs']) this.#restarts.inc({ resource }, 0);
    new Gauge({
      name: 'waymark_operator_work_queue_depth',
      help: 'Transformations that are due for a look and wait for it.',
      registers,
      collect() {
        this.set(waiting());
      },
    });
  }

  queue(depth: QueueDepth | undefined): void {
    this.#depth = depth;
  }

  reconciled(result: (typeof RESULTS)[number]): void {
    this.#reconciled.inc({ result });
  }

  async timed<T>(work: () => Promise<T>): Promise<T> {
    const end = this.#duration.startTimer();
    try {
      return await work();
    } finally {
      end();
    }
  }

  informerRestarted(resource: 'transformations' | 'jobs'): void {
    this.#restarts.inc({ resource });
  }
}
