/** What was seen of the world at one moment. */
export interface Observation {
  /** Files that are received or being loaded. */
  pendingFiles: number;
  /** Messages in the queue, ready and unacked; undefined where the broker could not be asked. */
  queue: { ready: number; unacked: number } | undefined;
  /** Since when there is something that the last successful run did not cover; undefined where there is nothing. */
  dueSince: Date | undefined;
  /** When a file was last accepted or settled. */
  lastChangeAt: Date | undefined;
  /** Whether a run is active. */
  running: boolean;
  /** Whether somebody asked for a run. */
  requested: boolean;
  /** The run that ended last, and whether the loaded files differ from those that it covered. */
  lastRun: { outcome: 'succeeded' | 'failed'; endedAt: Date; changedSince: boolean } | undefined;
}

export interface Settings {
  stabilizationSeconds: number;
  maxDelaySeconds: number;
  minIntervalSeconds: number;
}

/** What has to be remembered from one decision to the next. */
export interface Memory {
  /** Since when every look found nothing pending and the queue empty. */
  emptySince: Date | undefined;
}

export type WaitReason =
  | 'run_active'
  | 'nothing_due'
  | 'last_run_failed'
  | 'min_interval'
  | 'files_pending'
  | 'queue_unknown'
  | 'queue_not_empty'
  | 'stabilizing';

export type Decision =
  | { action: 'run'; reason: 'drained' | 'max_delay' | 'requested' }
  | { action: 'wait'; reason: WaitReason };

const later = (date: Date, seconds: number) => date.getTime() + seconds * 1000;

/**
 * Whether a run starts now. Pure: the same observation, memory and `now` give the same answer.
 *
 * Drained means: no file pending, and ready + unacked known to be 0, at every look for `stabilizationSeconds`. What is
 * due runs when drained, or after `maxDelaySeconds` in any case, so that a steady trickle cannot starve it. A run that
 * failed is not repeated until files change or somebody asks for it.
 */
export function decide(
  seen: Observation,
  memory: Memory,
  settings: Settings,
  now: Date,
): { decision: Decision; memory: Memory } {
  const empty =
    seen.pendingFiles === 0 && seen.queue !== undefined && seen.queue.ready + seen.queue.unacked === 0;
  const next: Memory = { emptySince: empty ? (memory.emptySince ?? now) : undefined };
  const wait = (reason: WaitReason) => ({ decision: { action: 'wait', reason } as const, memory: next });
  const run = (reason: 'drained' | 'max_delay' | 'requested') => ({
    decision: { action: 'run', reason } as const,
    memory: next,
  });

  if (seen.running) return wait('run_active');
  if (seen.requested) return run('requested');
  if (seen.dueSince === undefined) return wait('nothing_due');
  const { lastRun, lastChangeAt } = seen;
  if (lastRun?.outcome === 'failed' && !lastRun.changedSince) return wait('last_run_failed');
  if (lastRun && now.getTime() < later(lastRun.endedAt, settings.minIntervalSeconds))
    return wait('min_interval');
  if (now.getTime() >= later(seen.dueSince, settings.maxDelaySeconds)) return run('max_delay');
  if (seen.pendingFiles > 0) return wait('files_pending');
  if (seen.queue === undefined) return wait('queue_unknown');
  if (!empty) return wait('queue_not_empty');
  const quietSince = Math.max(next.emptySince!.getTime(), lastChangeAt?.getTime() ?? 0);
  if (now.getTime() < quietSince + settings.stabilizationSeconds * 1000) return wait('stabilizing');
  return run('drained');
}
