import { isDeepStrictEqual } from 'node:util';
import type { RunRow } from '../transform/runs.ts';
import { failureMessage } from '../transform/summary.ts';
import type { TransformationEvent } from './cluster.ts';
import { seconds } from './conditions.ts';
import { jobName } from './job.ts';
import type { Condition, Status } from './transformation.ts';

/** While nothing else changes, the time at which the queue was counted is written no more often, in seconds. */
const OBSERVED_EVERY_SECONDS = 30;

/** A status that differs from what is written by nothing but a fresh time is not worth a write. */
export function isWorthWriting(previous: Status | undefined, next: Status): boolean {
  if (!previous) return true;
  const plain = (status: Status) =>
    JSON.parse(JSON.stringify({ ...status, queue: status.queue && { ...status.queue, observedAt: '' } }));
  if (!isDeepStrictEqual(plain(previous), plain(next))) return true;
  if (!previous.queue || !next.queue) return false;
  const age = Date.parse(next.queue.observedAt) - Date.parse(previous.queue.observedAt);
  return age >= OBSERVED_EVERY_SECONDS * 1000;
}

/** The active run as the status tells it. */
export function activeRunOf(run: RunRow): NonNullable<Status['activeRun']> {
  return {
    run: run.id,
    job: jobName(run.id),
    start: seconds(run.started_at ?? run.requested_at),
    reason: run.reason,
  };
}

/**
 * The run that ended last as the status tells it.
 * @param reasons why runs ended, by their ids, as far as this was just seen: the ledger does not keep the word, so
 *   otherwise it comes from the status where it stands already
 */
export function lastRunOf(
  run: RunRow | undefined,
  reasons: Record<string, string>,
  previous: Status['lastRun'],
): Status['lastRun'] {
  if (!run?.ended_at) return undefined;
  const succeeded = run.state === 'succeeded';
  const known = reasons[run.id] ?? (previous?.run === run.id ? previous.reason : undefined);
  const otherwise = succeeded
    ? 'Succeeded'
    : (run.summary?.failing.length ?? 0) > 0
      ? 'DbtFailed'
      : 'JobFailed';
  const message = run.message ?? (run.summary && failureMessage(run.summary)) ?? 'the run failed';
  return {
    run: run.id,
    job: jobName(run.id),
    ...(run.started_at && { start: seconds(run.started_at) }),
    end: seconds(run.ended_at),
    outcome: succeeded ? 'succeeded' : 'failed',
    reason: known ?? otherwise,
    ...(!succeeded && { message }),
    ...(run.summary && { models: run.summary.models, tests: run.summary.tests }),
  };
}

/** The Event for a change of Ready; none while its reason stays, and none for a first sight that all is well. */
export function readinessEvent(
  before: readonly Condition[],
  after: readonly Condition[],
): TransformationEvent | undefined {
  const was = before.find(({ type }) => type === 'Ready');
  const is = after.find(({ type }) => type === 'Ready');
  if (!is || (was?.reason === is.reason && was.status === is.status)) return undefined;
  if (!was && is.status === 'True') return undefined;
  return { type: is.status === 'True' ? 'Normal' : 'Warning', reason: is.reason, message: is.message };
}
