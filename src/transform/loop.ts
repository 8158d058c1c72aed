import type { Config } from '../platform/config.ts';
import { type Pool, withConnection } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import type { Log } from '../platform/log.ts';
import type { QueueDepth } from '../queue/depth.ts';
import { type DbtResult, runDbt } from './dbt-process.ts';
import { decide, type Memory, type WaitReason } from './decide.ts';
import type { TransformMetrics } from './metrics.ts';
import { observe } from './observe.ts';
import { activeRun, finishRun, getRun, type RunRow, startRun } from './runs.ts';
import { failureMessage } from './summary.ts';

export interface LoopContext {
  pool: Pool;
  config: Config<'transform'> & Config<'dbt'> & Config<'postgres'>;
  depth: () => Promise<QueueDepth>;
  metrics: TransformMetrics;
  log: Log;
  stopping: AbortSignal;
}

/** Held on its connection by the loop that executes the active run: gone with it, so that another can take over. */
const OWN_RUN = `select pg_try_advisory_lock(hashtextextended('waymark.run.owner', 0)) as owned`;
const DISOWN_RUN = `select pg_advisory_unlock(hashtextextended('waymark.run.owner', 0))`;

/**
 * One loop on this machine that starts dbt as a process. Level, not edge: every step looks at what is. A run found
 * active that nobody executes (its loop was killed) is executed again, with the files that it froze.
 */
export class TransformLoop {
  readonly #context: LoopContext;
  #memory: Memory = { emptySince: undefined };
  #waiting: WaitReason | undefined;
  #execution: Promise<void> | undefined;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  async step(): Promise<void> {
    const { pool, config, depth, log } = this.#context;
    if (this.#execution) return;
    const seen = await observe(pool, depth);
    const { decision, memory } = decide(
      seen,
      this.#memory,
      {
        stabilizationSeconds: config.STABILIZATION_SECONDS,
        maxDelaySeconds: config.MAX_DELAY_SECONDS,
        minIntervalSeconds: config.MIN_INTERVAL_SECONDS,
        suspended: false,
        replaceActive: false,
      },
      new Date(),
    );
    this.#memory = memory;
    if (decision.action === 'wait') {
      if (decision.reason !== this.#waiting) log.info({ reason: decision.reason }, 'no run now');
      this.#waiting = decision.reason;
      if (decision.reason === 'run_active') await this.#execute(() => activeRun(pool));
      return;
    }
    this.#waiting = undefined;
    const { reason } = decision;
    await this.#execute(() => startRun(pool, reason));
  }

  /** Waits for the run that is being executed, if there is one. */
  async idle(): Promise<void> {
    await this.#execution;
  }

  /** Begins to execute the run that `find` gives, if no other loop owns runs now. */
  async #execute(find: () => Promise<RunRow | undefined>): Promise<void> {
    const { pool, log } = this.#context;
    const begun = Promise.withResolvers<void>();
    this.#execution = withConnection(pool, async ({ client }) => {
      const { rows } = await client.query<{ owned: boolean }>(OWN_RUN);
      if (!rows[0]!.owned) return;
      try {
        const run = await find();
        begun.resolve();
        if (run) await this.#run(run);
      } finally {
        await client.query(DISOWN_RUN).catch(() => {});
      }
    })
      .catch((error: unknown) =>
        log.error({ err: error }, 'a run could not be started, or not be ended in the ledger'),
      )
      .finally(() => {
        begun.resolve();
        this.#execution = undefined;
        // Nobody looked at the queue meanwhile.
        this.#memory = { emptySince: undefined };
      });
    await begun.promise;
  }

  async #run(run: RunRow): Promise<void> {
    const { pool, config, log, metrics, stopping } = this.#context;
    log.info({ run_id: run.id, reason: run.reason }, 'run started');
    const started = performance.now();
    await faults?.reach('run.started');
    const result: DbtResult = await runDbt(run.id, config, log, stopping);
    if (result.kind === 'stopped') {
      log.info({ run_id: run.id }, 'dbt was stopped; the run goes on when the loop is back');
      return;
    }
    await faults?.reach('run.built');
    const summary = result.kind === 'finished' ? result.summary : null;
    const seen = summary?.outcome ?? 'failed';
    const message =
      result.kind === 'broken' ? result.message : seen === 'failed' ? failureMessage(result.summary) : null;
    await finishRun(pool, run.id, { state: seen, summary, message });
    // Not always what was seen: dbt may have been killed after it had published.
    const state = (await getRun(pool, run.id))?.state === 'succeeded' ? 'succeeded' : seen;
    const seconds = (performance.now() - started) / 1000;
    metrics.ended(state, seconds);
    const { failing, warning } = summary ?? {};
    log.info({ run_id: run.id, state, seconds, failing, warning }, 'run ended');
  }
}
