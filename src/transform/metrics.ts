import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Pool } from '../platform/database.ts';
import { askedOnce, DURATION_BUCKETS } from '../platform/metrics.ts';
import type { QueueDepth } from '../queue/depth.ts';
import { RUN_STATES, type RunState, type RunSummary } from './runs.ts';

const OUTCOMES = ['succeeded', 'failed'] as const;

/** What the transformation counts and sees. */
export class TransformMetrics {
  readonly #duration;
  readonly #runs;
  readonly #lastSuccess;
  #look: (() => Promise<QueueDepth | undefined>) | undefined;

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
    for (const outcome of OUTCOMES) {
      this.#runs.inc({ outcome }, 0);
      this.#duration.zero({ outcome });
    }
    const gauge = (name: string, help: string, figure: keyof QueueDepth) => {
      const look = () => this.#look?.();
      return new Gauge({
        name,
        help,
        registers,
        async collect() {
          const depth = await look();
          if (depth) this.set(depth[figure]);
          // Unknown is not empty.
          else this.remove();
        },
      });
    };
    gauge('waymark_queue_messages_ready', 'Messages that wait in the queue.', 'ready');
    gauge('waymark_queue_messages_unacked', 'Messages that consumers have and did not ack yet.', 'unacked');
    gauge('waymark_queue_consumers', 'Consumers at the queue.', 'consumers');
  }

  /** From now on the queue is looked at whenever Prometheus asks, also while a run takes its time. */
  watchQueue(depth: () => Promise<QueueDepth>): void {
    this.#look = askedOnce(depth);
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

const COUNT_RUNS = 'select state, count(*) as count from ingest.run group by state';
const LAST_RUN = `
  select state, summary, extract(epoch from ended_at - started_at)::float8 as seconds
    from ingest.run where state in ('succeeded', 'failed') order by ended_at desc limit 1`;

/** What the ledger says of runs, looked up when Prometheus asks; every API replica tells the same. */
export function countRuns(registry: Registry, pool: Pool): void {
  const registers = [registry];
  const lastRun = askedOnce(
    async () =>
      (await pool.query<{ state: RunState; summary: RunSummary | null; seconds: number }>(LAST_RUN)).rows[0],
  );
  new Gauge({
    name: 'waymark_ledger_runs',
    help: 'Runs in the ledger, by state.',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const found = await pool.query<{ state: RunState; count: number }>(COUNT_RUNS).catch(() => undefined);
      this.reset();
      if (!found) return;
      for (const state of RUN_STATES)
        this.set({ state }, found.rows.find((row) => row.state === state)?.count ?? 0);
    },
  });
  new Gauge({
    name: 'waymark_ledger_last_run_duration_seconds',
    help: 'Time from start to end of the run that ended last, by its outcome.',
    labelNames: ['outcome'] as const,
    registers,
    async collect() {
      const run = await lastRun();
      this.reset();
      if (run) this.set({ outcome: run.state }, run.seconds);
    },
  });
  const results = (kind: 'models' | 'tests', what: string) =>
    new Gauge({
      name: `waymark_ledger_last_run_${kind}`,
      help: `What became of the ${what} of the run that ended last, by result.`,
      labelNames: ['result'] as const,
      registers,
      async collect() {
        const counts = (await lastRun())?.summary?.[kind];
        this.reset();
        for (const [result, count] of Object.entries(counts ?? {})) this.set({ result }, count);
      },
    });
  results('models', 'dbt models');
  results('tests', 'dbt tests');
}
