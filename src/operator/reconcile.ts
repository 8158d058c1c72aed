import { createHash } from 'node:crypto';
import type { V1Job } from '@kubernetes/client-node';
import type { Pool } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type ManagedQueue, type QueueDepth, readQueueDepth } from '../queue/depth.ts';
import { type Decision, decide } from '../transform/decide.ts';
import { observe } from '../transform/observe.ts';
import { activeRun, lastEndedRun, lastSuccessAt, requestRunOnce } from '../transform/runs.ts';
import { type Cluster, ClusterError, type TransformationEvent } from './cluster.ts';
import { lastRunSucceeded, mergeConditions, queueDrained, ready, running, seconds } from './conditions.ts';
import { authorityOf, databaseSettings, queueSettings } from './connections.ts';
import { type Execution, type ExecutionContext, follow, giveWay, start } from './execution.ts';
import { jobsToDelete } from './history.ts';
import { jobName } from './job.ts';
import type { OperatorMetrics } from './metrics.ts';
import { ledgerProblem, Pipeline } from './pipeline.ts';
import { Problem } from './problem.ts';
import { isWorthWriting, lastRunOf, readinessEvent } from './status.ts';
import type { Status, Transformation } from './transformation.ts';

export interface ReconcilerContext {
  cluster: Cluster;
  /** The Jobs of a Transformation as they were last seen; enough for tidying up. */
  jobsOf: (transformation: Transformation) => V1Job[];
  /** Whether the Transformation is one of those that this operator looks after. */
  selects: (name: string) => boolean;
  metrics: OperatorMetrics;
  log: Log;
}

/** What one look found; what could not be found out is left out. */
interface Sight {
  problem?: Problem;
  queue?: QueueDepth;
  /** Why the depth of the queue is not known. */
  queueUnknown?: string;
  /** There once the ledger was read. */
  ledger?: {
    pool: Pool;
    pendingFiles: number;
    drain: ReturnType<typeof decide>['drain'];
    decision: Decision;
    /** The run that is active in the ledger. */
    runId: string | undefined;
    lastRun?: NonNullable<Status['lastRun']>;
  };
  execution?: Execution;
  handledRunRequest?: string;
}

/** Brings Transformations, one look at a time, to what they should be. Everything that matters is in cluster and ledger. */
export class Reconciler {
  readonly #context: ReconcilerContext;
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(context: ReconcilerContext) {
    this.#context = context;
  }

  /** Looks at a Transformation and acts. @returns in how many milliseconds to look again; undefined where it is gone */
  async reconcile(name: string): Promise<number | undefined> {
    const { cluster, selects, metrics } = this.#context;
    const transformation = await cluster.transformation(name);
    if (!transformation || transformation.metadata.deletionTimestamp || !selects(name)) {
      await this.#forget(name);
      return undefined;
    }
    const now = new Date();
    const sight: Sight = {};
    try {
      await this.#lookAndAct(transformation, sight, now);
    } catch (error) {
      sight.problem = problemOf(error);
      // A look that failed did not see the pipeline at rest.
      this.#pipelineOf(transformation).memory = { emptySince: undefined };
    }
    metrics.queue(sight.queue);
    metrics.reconciled(sight.problem ? 'problem' : 'ok');
    await this.#report(transformation, sight, now);
    if (sight.ledger) await this.#tidy(transformation, sight.ledger.pool);
    return transformation.spec.drain.pollIntervalSeconds * 1000;
  }

  async close(): Promise<void> {
    for (const name of [...this.#pipelines.keys()]) await this.#forget(name);
  }

  async #lookAndAct(transformation: Transformation, sight: Sight, now: Date): Promise<void> {
    const { cluster, metrics, log } = this.#context;
    const { spec, status } = transformation;
    const pipeline = this.#pipelineOf(transformation);
    const { settings, queue } = await this.#secrets(transformation);
    const depth = async () => {
      try {
        sight.queue = await readQueueDepth(queue);
      } catch (error) {
        sight.queueUnknown = reasonOf(error);
        throw error;
      }
      return sight.queue;
    };
    const pool = pipeline.ledger(settings);
    const context: ExecutionContext = {
      transformation,
      pipeline,
      pool,
      cluster,
      metrics: metrics.runs,
      log,
      now,
      tell: (event) => this.#tell(transformation, event),
    };

    if (spec.runRequest !== '' && spec.runRequest !== status?.handledRunRequest) {
      await requestRunOnce(pool, wishId(transformation));
      sight.handledRunRequest = spec.runRequest;
    }
    const active = await activeRun(pool);
    const found = active && (await follow(active, context));
    const seen = await observe(pool, depth);
    const { decision, drain, memory } = decide(
      seen,
      pipeline.memory,
      { ...spec.drain, suspended: spec.suspend, replaceActive: spec.concurrencyPolicy === 'Replace' },
      now,
    );
    pipeline.memory = memory;
    sight.ledger = { pool, pendingFiles: seen.pendingFiles, drain, decision, runId: active?.id };
    if (found) sight.execution = found;

    const left = await act(decision, found, context);
    if (left) sight.execution = left;
    if (left?.kind === 'active') sight.ledger.runId = left.active.run;
    const lastRun = lastRunOf(await lastEndedRun(pool), outcomesOf(found, left), status?.lastRun);
    if (lastRun) sight.ledger.lastRun = lastRun;
    const lastSuccess = await lastSuccessAt(pool);
    if (lastSuccess) metrics.runs.succeededAt(lastSuccess);
  }

  async #secrets({ spec }: Transformation) {
    const { cluster } = this.#context;
    const database = await cluster.secret(spec.database.secretName);
    const settings = databaseSettings(spec.database, database, await authorityOf(spec.database.tls, cluster));
    const { secretName } = spec.queue;
    const broker = secretName === spec.database.secretName ? database : await cluster.secret(secretName);
    const queue: ManagedQueue = queueSettings(spec.queue, broker, await authorityOf(spec.queue.tls, cluster));
    return { settings, queue };
  }

  async #report(transformation: Transformation, sight: Sight, now: Date): Promise<void> {
    const next = nextStatus(transformation, sight, now);
    if (!isWorthWriting(transformation.status, next)) return;
    await this.#context.cluster.writeStatus(transformation, next);
    const event = readinessEvent(transformation.status?.conditions ?? [], next.conditions ?? []);
    if (event) {
      this.#context.log.info({ name: transformation.metadata.name, reason: event.reason }, event.message);
      await this.#tell(transformation, event);
    }
  }

  /** Deletes the Jobs beyond the history limits, but for one whose end the ledger has not been told. */
  async #tidy(transformation: Transformation, pool: Pool): Promise<void> {
    const { cluster, jobsOf } = this.#context;
    const { successfulRunsHistoryLimit: successful, failedRunsHistoryLimit: failed } = transformation.spec;
    const over = jobsToDelete(jobsOf(transformation), { successful, failed });
    if (over.length === 0) return;
    // Read after the Jobs: another operator may have started a run since this look began.
    const active = await activeRun(pool);
    for (const job of over)
      if (job.metadata!.name !== (active && jobName(active.id))) await cluster.deleteJob(job, 'Background');
  }

  /** An Event that gets lost is no reason to do the work again. */
  async #tell(transformation: Transformation, event: TransformationEvent): Promise<void> {
    await this.#context.cluster
      .tell(transformation, event)
      .catch((error: unknown) => this.#context.log.warn({ err: error }, 'an Event was not written'));
  }

  #pipelineOf({ metadata: { name, uid } }: Transformation): Pipeline {
    const { log } = this.#context;
    const known = this.#pipelines.get(name);
    if (known?.uid === uid) return known;
    const onIdleError = (error: unknown) => log.warn({ err: error, name }, 'a database connection was lost');
    // One of the same name that was deleted and made anew: nothing of the old one holds.
    known?.close().catch(onIdleError);
    const pipeline = new Pipeline(uid, onIdleError);
    this.#pipelines.set(name, pipeline);
    return pipeline;
  }

  async #forget(name: string): Promise<void> {
    const pipeline = this.#pipelines.get(name);
    this.#pipelines.delete(name);
    await pipeline?.close();
  }
}

/** Does what was decided. @returns what became of it; undefined where there was nothing to do */
async function act(
  decision: Decision,
  found: Execution | undefined,
  context: ExecutionContext,
): Promise<Execution | undefined> {
  // It has made way: what takes its place was decided before.
  if (found?.kind === 'ended' && found.replacedFor && !context.transformation.spec.suspend)
    return start(found.replacedFor, context);
  if (decision.action === 'run') return start(decision.reason, context);
  if (decision.action === 'replace' && found?.kind === 'active')
    return giveWay(found, decision.reason, context);
  return undefined;
}

/** Why the runs ended that ended in this look, by their ids. */
function outcomesOf(...executions: (Execution | undefined)[]): Record<string, string> {
  return Object.fromEntries(
    executions.flatMap((execution) =>
      execution?.kind === 'ended' ? [[execution.run.id, execution.outcome.reason]] : [],
    ),
  );
}

/** The status after a look; what could not be seen stays as it was told last. */
function nextStatus({ metadata, spec, status: before }: Transformation, sight: Sight, now: Date): Status {
  const {
    problem,
    queue,
    queueUnknown,
    ledger,
    execution,
    handledRunRequest = before?.handledRunRequest,
  } = sight;
  const stillActive = !ledger || before?.activeRun?.run === ledger.runId ? before?.activeRun : undefined;
  const activeRun =
    execution?.kind === 'active' ? execution.active : execution?.kind === 'ended' ? undefined : stillActive;
  const lastRun = ledger ? ledger.lastRun : before?.lastRun;
  const pendingFiles = ledger ? ledger.pendingFiles : before?.pendingFiles;
  const stuck = execution?.kind === 'active' ? execution.obstacle : undefined;
  const conditions = {
    Ready: ready({ problem, suspend: spec.suspend, queueUnknown }),
    QueueDrained: queueDrained(ledger && { ...ledger, queue }, spec.drain),
    Running: running(ledger && activeRun, stuck, ledger?.decision),
    LastRunSucceeded: lastRunSucceeded(lastRun),
  };
  return {
    observedGeneration: metadata.generation,
    conditions: mergeConditions(before?.conditions ?? [], conditions, metadata.generation, now),
    ...(queue && { queue: { ready: queue.ready, unacked: queue.unacked, observedAt: seconds(now) } }),
    ...(pendingFiles !== undefined && { pendingFiles }),
    ...(activeRun && { activeRun }),
    ...(lastRun && { lastRun }),
    ...(handledRunRequest !== undefined && { handledRunRequest }),
  };
}

/** @throws the error itself where nobody but a programmer, or time, can mend it */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ClusterError) {
    // A conflict passes when it is tried again, and so does a rush; what is out of reach cannot be told of it either.
    if ([0, 409, 429].includes(error.code) || error.code >= 500) throw error;
    return new Problem(error.reason, error.message, { cause: error });
  }
  const problem = ledgerProblem(error);
  if (!problem) throw error;
  return problem;
}

/** Why the broker could not be asked, in few words: `fetch` hides it in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause, name } = error as Error;
  if (name === 'ZodError') return 'it has no statistics of it yet';
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
}

/** One id for one wish, so that it is granted once, also when the operator is killed before it could note it. */
function wishId({ metadata, spec }: Transformation): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([metadata.uid, metadata.generation, spec.runRequest]))
    .digest('hex');
  // A UUID of version 8 (RFC 9562): its bits are our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
