import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { failureMessage, parseSummary, type RunSummary } from '../transform/summary.ts';
import { CONTAINER, DBT_FAILED } from './job.ts';

export type OutcomeReason =
  | 'Succeeded'
  | 'DbtFailed'
  | 'PodsFailed'
  | 'DeadlineExceeded'
  | 'JobFailed'
  | 'JobGone'
  | 'JobInvalid'
  | 'Replaced';

/** How a run ended, as the ledger and the status are told. */
export interface Outcome {
  state: 'succeeded' | 'failed';
  reason: OutcomeReason;
  summary: RunSummary | null;
  /** What happened and what to do; null after a success. */
  message: string | null;
}

const ASK_AGAIN = 'then ask for a run (POST /runs, or a new spec.runRequest)';

const failed = (reason: OutcomeReason, message: string, summary: RunSummary | null = null): Outcome => ({
  state: 'failed',
  reason,
  summary,
  message,
});
export const succeeded = (summary: RunSummary | null): Outcome => ({
  state: 'succeeded',
  reason: 'Succeeded',
  summary,
  message: null,
});

/** How a Job ended; undefined while it has not, its pods included. */
export function outcomeOfJob(job: V1Job, pods: readonly V1Pod[]): Outcome | undefined {
  const ended = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (!ended) return undefined;
  const name = job.metadata!.name!;
  const last = lastEnded(pods);
  if (ended.type === 'Complete') return succeeded(last?.summary ?? null);
  // Its one rule that fails a Job is about this exit code; the pod that told it may be gone.
  if (last?.exitCode === DBT_FAILED || ended.reason === 'PodFailurePolicy')
    return failed(
      'DbtFailed',
      last?.summary
        ? failureMessage(last.summary)
        : `dbt failed and left no summary: see \`kubectl logs job/${name}\`, ${ASK_AGAIN}`,
      last?.summary,
    );
  if (ended.reason === 'DeadlineExceeded')
    return failed(
      'DeadlineExceeded',
      `the run took longer than activeDeadlineSeconds (${job.spec?.activeDeadlineSeconds}) and was stopped: ` +
        `find out what is slow or raise it, ${ASK_AGAIN}`,
    );
  if (ended.reason === 'BackoffLimitExceeded')
    return failed(
      'PodsFailed',
      `${job.status?.failed ?? 0} pods failed, more than backoffLimit (${job.spec?.backoffLimit}) allows` +
        `${last ? `, the last one with ${last.description}` : ''}: see \`kubectl logs job/${name}\`, ${ASK_AGAIN}`,
      last?.summary ?? null,
    );
  return failed(
    'JobFailed',
    `the Job failed (${ended.reason ?? 'no reason given'}): see \`kubectl describe job ${name}\`, ${ASK_AGAIN}`,
  );
}

/**
 * How a run ended whose Job was there and is gone; undefined while a pod of it still lives: dbt may yet publish.
 * @param pods what is left of it
 */
export function outcomeWithoutJob(
  name: string,
  pods: readonly V1Pod[],
  replaced: boolean,
): Outcome | undefined {
  if (pods.some(isAlive)) return undefined;
  const last = lastEnded(pods);
  if (last?.exitCode === 0) return succeeded(last.summary);
  if (replaced) return failed('Replaced', 'replaced by a newer run');
  return failed(
    'JobGone',
    `the Job ${name} was deleted before its end was seen: if that was not meant, find out who did it, ${ASK_AGAIN}`,
  );
}

/** Why the API server will never take the Job: the run cannot be executed. */
export const outcomeOfRefusal = (why: string): Outcome =>
  failed('JobInvalid', `the Job was refused, ${why}: mend spec.jobTemplate, ${ASK_AGAIN}`);

/** What keeps a pod of a Job from running, for example that its image cannot be pulled; undefined where nothing does. */
export function obstacle(pods: readonly V1Pod[]): string | undefined {
  for (const pod of pods) {
    if (!isAlive(pod)) continue;
    const waiting = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.waiting;
    if (waiting?.reason && !['ContainerCreating', 'PodInitializing'].includes(waiting.reason))
      return waiting.reason;
    const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (scheduled?.status === 'False') return scheduled.reason ?? 'not scheduled';
  }
  return undefined;
}

const isAlive = (pod: V1Pod): boolean => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';

interface Ended {
  exitCode: number;
  summary: RunSummary | null;
  description: string;
}

/** What the pod that ended last said. */
function lastEnded(pods: readonly V1Pod[]): Ended | undefined {
  const ends = pods.flatMap((pod) => {
    const terminated = pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state
      ?.terminated;
    return terminated ? [{ terminated, at: new Date(terminated.finishedAt ?? 0).getTime() }] : [];
  });
  const last = ends.toSorted((a, b) => a.at - b.at).at(-1)?.terminated;
  if (!last) return undefined;
  const summary = parseSummary(last.message ?? '') ?? null;
  const named = last.reason && last.reason !== 'Error' ? ` (${last.reason})` : '';
  const said = summary?.message ? `, "${summary.message}"` : '';
  return { exitCode: last.exitCode, summary, description: `exit code ${last.exitCode}${named}${said}` };
}
