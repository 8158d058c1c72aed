import type { V1Job } from '@kubernetes/client-node';
import type { Pool } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { TransformMetrics } from '../transform/metrics.ts';
import { finishRun, getRun, type RunReason, type RunRow, startRun } from '../transform/runs.ts';
import { type Cluster, ClusterError, type TransformationEvent } from './cluster.ts';
import { buildJob, jobName } from './job.ts';
import {
  type Outcome,
  obstacle,
  outcomeOfJob,
  outcomeOfRefusal,
  outcomeWithoutJob,
  succeeded,
} from './outcome.ts';
import type { Pipeline } from './pipeline.ts';
import { Problem } from './problem.ts';
import { activeRunOf } from './status.ts';
import type { Status, Transformation } from './transformation.ts';

/** A Job has its first pod sooner than this, unless something refuses it, in milliseconds. */
const POD_EXPECTED_MS = 15_000;

const CONFLICT = 409;
const UNPROCESSABLE = 422;

/** A run as it was found or left: executed by a Job, or ended. */
export type Execution =
  | {
      kind: 'active';
      active: NonNullable<Status['activeRun']>;
      job: V1Job | undefined;
      obstacle: string | undefined;
    }
  | { kind: 'ended'; run: RunRow; outcome: Outcome; replacedFor: RunReason | undefined };

export interface ExecutionContext {
  transformation: Transformation;
  pipeline: Pipeline;
  pool: Pool;
  cluster: Cluster;
  metrics: TransformMetrics;
  log: Log;
  now: Date;
  tell: (event: TransformationEvent) => Promise<void>;
}

/**
 * Follows the active run: gives it its Job where it never had one, and ends it in the ledger once the Job has ended or
 * was taken away.
 */
export async function follow(run: RunRow, context: ExecutionContext): Promise<Execution | undefined> {
  const { cluster, transformation, pipeline, now } = context;
  const before = transformation.status?.activeRun;
  const replacedFor = before?.run === run.id ? (before.replacedFor as RunReason | undefined) : undefined;
  const job = await cluster.job(jobName(run.id));
  const pods = await cluster.podsOf(run.id);
  if (!job) {
    const outcome = outcomeWithoutJob(jobName(run.id), pods, replacedFor !== undefined);
    if (before?.run !== run.id && pipeline.jobSeenOf !== run.id && outcome?.state !== 'succeeded') {
      // Pods are left where the Transformation was made anew. Not told as active: it would look as if its Job had been there.
      return outcome ? execute(run, context) : undefined;
    }
    if (outcome) return end(run, outcome, replacedFor, context);
    const active = { ...activeRunOf(run), ...(replacedFor && { replacedFor }) };
    return { kind: 'active', active, job, obstacle: 'its Job was deleted, and it is being stopped' };
  }
  mustBeOurs(job, transformation);
  pipeline.jobSeenOf = run.id;
  const outcome = outcomeOfJob(job, pods);
  if (outcome) return end(run, outcome, undefined, context);
  const deleting = job.metadata!.deletionTimestamp !== undefined;
  const active = { ...activeRunOf(run), ...(deleting && replacedFor && { replacedFor }) };
  const age = now.getTime() - new Date(job.metadata!.creationTimestamp ?? now).getTime();
  const noPod =
    pods.length === 0 && age > POD_EXPECTED_MS
      ? `it has no pod; \`kubectl describe job ${active.job}\` tells why`
      : undefined;
  return {
    kind: 'active',
    active,
    job,
    obstacle: deleting ? 'it is being stopped' : (obstacle(pods) ?? noPod),
  };
}

/** Starts a run and its Job. @returns undefined where somebody else has started one */
export async function start(reason: RunReason, context: ExecutionContext): Promise<Execution | undefined> {
  const run = await startRun(context.pool, reason);
  if (!run) return undefined;
  context.log.info({ run_id: run.id, reason: run.reason }, 'run started');
  return execute(run, context);
}

/** Creates the Job of an active run; one that is there already is adopted. */
async function execute(run: RunRow, context: ExecutionContext): Promise<Execution | undefined> {
  const { cluster, transformation, pipeline, pool, log, tell } = context;
  // Another operator may have ended it since it was read.
  if ((await getRun(pool, run.id))?.state !== 'running') return undefined;
  const name = jobName(run.id);
  let job: V1Job | undefined;
  try {
    job = await cluster.createJob(buildJob(transformation, run.id));
    await tell({
      type: 'Normal',
      reason: 'RunStarted',
      message: `the Job ${name} executes the run ${run.id} (${run.reason})`,
    });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.code === UNPROCESSABLE) return end(run, outcomeOfRefusal(error.message), undefined, context);
    if (error.code !== CONFLICT || error.reason !== 'AlreadyExists')
      throw new Problem('JobNotCreated', `the Job of the run ${run.id} was not created: ${error.message}`, {
        cause: error,
      });
    job = await cluster.job(name);
    // Gone again, with a Transformation of before: the next look begins anew.
    if (!job) throw error;
    mustBeOurs(job, transformation);
    log.info({ run_id: run.id, job: name }, 'the Job is there already and is adopted');
  }
  pipeline.jobSeenOf = run.id;
  return { kind: 'active', active: activeRunOf(run), job, obstacle: undefined };
}

/** Stops the Job of the active run, so that a newer one can take its place once its pods are gone. */
export async function giveWay(
  execution: Extract<Execution, { kind: 'active' }>,
  reason: RunReason,
  context: ExecutionContext,
): Promise<Execution> {
  const { cluster, transformation, log } = context;
  const { active, job } = execution;
  if (!job || job.metadata!.deletionTimestamp) return execution;
  const replaced = { ...active, replacedFor: reason };
  // Written before the Job goes: who finds it gone must know why.
  await cluster.writeStatus(transformation, { ...transformation.status, activeRun: replaced });
  await cluster.deleteJob(job, 'Foreground');
  log.info({ run_id: active.run, reason }, 'the active run gives way to a newer one');
  return { ...execution, active: replaced };
}

async function end(
  run: RunRow,
  seen: Outcome,
  replacedFor: RunReason | undefined,
  { pool, metrics, log, now, tell }: ExecutionContext,
): Promise<Execution> {
  const ended = await finishRun(pool, run.id, seen);
  // Its pods may have ended badly after they had published.
  const published = seen.state === 'failed' && (await getRun(pool, run.id))?.state === 'succeeded';
  const outcome = published ? succeeded(null) : seen;
  // Whoever ended it in the ledger tells of it; the others see it ended.
  if (ended) {
    const { state, summary, reason } = outcome;
    metrics.ended(state, (now.getTime() - (run.started_at ?? now).getTime()) / 1000);
    const { failing, warning } = summary ?? {};
    log.info({ run_id: run.id, state, reason, failing, warning }, 'run ended');
    await tell(eventOf(run, outcome));
  }
  return { kind: 'ended', run, outcome, replacedFor };
}

function eventOf(run: RunRow, { state, reason, message }: Outcome): TransformationEvent {
  if (state === 'succeeded')
    return { type: 'Normal', reason: 'RunSucceeded', message: `the run ${run.id} succeeded` };
  if (reason === 'Replaced')
    return {
      type: 'Normal',
      reason: 'RunReplaced',
      message: `the run ${run.id} was replaced by a newer one`,
    };
  return { type: 'Warning', reason: 'RunFailed', message: `the run ${run.id} failed: ${message}` };
}

/** A Job of the same run under another Transformation: two of them look after one database. */
function mustBeOurs(job: V1Job, { metadata }: Transformation): void {
  if (job.metadata!.ownerReferences?.some(({ uid }) => uid === metadata.uid)) return;
  throw new Problem(
    'JobNotOwned',
    `the Job ${job.metadata!.name} belongs to another Transformation: let only one look after a database`,
  );
}
