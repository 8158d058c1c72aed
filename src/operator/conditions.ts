import type { Decision, Drain } from '../transform/decide.ts';
import type { Problem } from './problem.ts';
import type { Condition, Spec, Status } from './transformation.ts';

/** A condition without the times that it gets when it is put among the others. */
export type Judgement = Pick<Condition, 'status' | 'reason' | 'message'>;

const judge = (status: Condition['status'], reason: string, message: string): Judgement => ({
  status,
  reason,
  message,
});

/** A look may break off for want of the ledger, a Secret, a right, or a Job that nobody takes. */
const NOT_SEEN = judge(
  'Unknown',
  'NotSeen',
  'the last look did not get so far: the condition Ready tells why',
);

/** `files_pending` → `FilesPending`. */
const inOneWord = (code: string): string =>
  code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Whether runs can be started: is everything configured and within reach? */
export function ready(seen: {
  problem?: Problem | undefined;
  suspend: boolean;
  /** Why the depth of the queue is unknown; undefined where it is known. */
  queueUnknown: string | undefined;
}): Judgement {
  if (seen.problem) return judge('False', seen.problem.reason, seen.problem.message);
  if (seen.queueUnknown !== undefined)
    return judge(
      'False',
      'QueueUnknown',
      `the depth of the queue is unknown (${seen.queueUnknown}), so runs start only after drain.maxDelaySeconds: look at spec.queue, its Secret, and the broker`,
    );
  if (seen.suspend)
    return judge('True', 'Suspended', 'no new run starts while spec.suspend is true; requests wait');
  return judge('True', 'Reconciled', 'ledger and queue are within reach');
}

/** Whether the pipeline has come to rest. */
export function queueDrained(
  seen:
    | { drain: Drain; pendingFiles: number; queue: { ready: number; unacked: number } | undefined }
    | undefined,
  { stabilizationSeconds }: Spec['drain'],
): Judgement {
  if (!seen) return NOT_SEEN;
  const { ready = 0, unacked = 0 } = seen.queue ?? {};
  const say: Record<Drain, [Condition['status'], string]> = {
    drained: ['True', `no file is pending and the queue has been empty for ${stabilizationSeconds} s`],
    stabilizing: ['False', `all is quiet, but not yet for ${stabilizationSeconds} s`],
    files_pending: ['False', `files that are received or being loaded: ${seen.pendingFiles}`],
    queue_not_empty: ['False', `messages in the queue: ${ready} ready, ${unacked} unacked`],
    queue_unknown: ['Unknown', 'the depth of the queue is unknown, and unknown is not empty'],
  };
  const [status, message] = say[seen.drain];
  return judge(status, inOneWord(seen.drain), message);
}

const WAITING: Record<Extract<Decision, { action: 'wait' }>['reason'], string> = {
  run_active: 'another run is active',
  suspended: 'no new run starts while spec.suspend is true',
  nothing_due: 'the last successful run covers every loaded file',
  last_run_failed:
    'the last run failed and no file has changed since; a new file, POST /runs or spec.runRequest starts the next',
  min_interval: 'files are due; the next run keeps drain.minIntervalSeconds from the last',
  files_pending: 'files are due; they wait for those that are received or being loaded',
  queue_unknown: 'files are due; the depth of the queue is unknown',
  queue_not_empty: 'files are due; the queue is not empty',
  stabilizing: 'files are due; the pipeline has not been quiet for long enough',
};

/** Whether a run is active, or else why none starts. */
export function running(
  active: Status['activeRun'],
  obstacle: string | undefined,
  decision: Decision | undefined,
): Judgement {
  if (active?.replacedFor)
    return judge('True', 'Replacing', `the Job ${active.job} is being stopped; a newer run takes its place`);
  if (active && obstacle)
    return judge('True', 'PodWaiting', `the pod of the Job ${active.job} does not run: ${obstacle}`);
  if (active)
    return judge('True', inOneWord(active.reason), `the Job ${active.job} executes the run ${active.run}`);
  if (decision?.action === 'wait')
    return judge('False', inOneWord(decision.reason), WAITING[decision.reason]);
  if (decision) return judge('False', 'Starting', 'a run is about to start');
  return NOT_SEEN;
}

/** How the last run ended; a failure names the tests that failed. */
export function lastRunSucceeded(lastRun: Status['lastRun']): Judgement {
  if (!lastRun) return judge('Unknown', 'NoRunYet', 'no run has ended yet');
  const { outcome, reason, message } = lastRun;
  return outcome === 'succeeded'
    ? judge('True', reason, `the run ${lastRun.run} succeeded`)
    : judge('False', reason, message ?? `the run ${lastRun.run} failed`);
}

/** The conditions of now; the time of a transition moves only when a status changes. */
export function mergeConditions(
  previous: readonly Condition[],
  judgements: Record<string, Judgement>,
  generation: number,
  now: Date,
): Condition[] {
  return Object.entries(judgements).map(([type, judgement]) => {
    const before = previous.find((condition) => condition.type === type);
    return {
      type,
      ...judgement,
      lastTransitionTime: before?.status === judgement.status ? before.lastTransitionTime : seconds(now),
      observedGeneration: generation,
    };
  });
}

/** RFC 3339 without fractions, as Kubernetes writes times. */
export const seconds = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
