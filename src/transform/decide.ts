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
  /** Whether the files that are loaded differ from those that the active run froze. */
  activeChanged: boolean;
  /** Whether somebody asked for a run. */
  requested: boolean;
  /** The run that ended last, and whether the loaded files differ from those that it covered. */
  lastRun: { outcome: 'succeeded' | 'failed'; endedAt: Date; changedSince: boolean } | undefined;
}

export interface Settings {
  stabilizationSeconds: number;
  maxDelaySeconds: number;
  minIntervalSeconds: number;
  /** No new run starts; one that is active goes on. */
  suspended: boolean;
  /** An active run gives way to a newer one with the files of now. */
  replaceActive: boolean;
}

/** What has to be remembered from one decision to the next. */
export interface Memory {
  /** Since when every look found nothing pending and the queue empty. */
  emptySince: Date | undefined;
}

/** Whether the pipeline has come to rest, or what keeps it from that. */
export type Drain = 'files_pending' | 'queue_unknown' | 'queue_not_empty' | 'stabilizing' | 'drained';

export type WaitReason =
  | 'run_active'
  | 'suspended'
  | 'nothing_due'
  | 'last_run_failed'
  | 'min_interval'
  | Exclude<Drain, 'drained'>;

export type Decision =
  | { action: 'run'; reason: 'drained' | 'max_delay' | 'requested' }
  | { action: 'replace'; reason: 'drained' | 'requested' }
  | { action: 'wait'; reason: WaitReason };

const later = (date: Date, seconds: number) => date.getTime() + seconds * 1000;

function drainOf(seen: Observation, emptySince: Date | undefined, settings: Settings, now: Date): Drain {
  if (seen.pendingFiles > 0) return 'files_pending';
  if (seen.queue === undefined) return 'queue_unknown';
  if (emptySince === undefined) return 'queue_not_empty';
  const quietSince = new Date(Math.max(emptySince.getTime(), seen.lastChangeAt?.getTime() ?? 0));
  return now.getTime() < later(quietSince, settings.stabilizationSeconds) ? 'stabilizing' : 'drained';
}

/**
 * Whether a run starts now. Pure: the same observation, memory and `now` give the same answer.
 *
 * Drained means: no file pending, and ready + unacked known to be 0, at every look for `stabilizationSeconds`. What is
 * due runs when drained, or after `maxDelaySeconds` in any case, so that a steady trickle cannot starve it. A run that
 * failed is not repeated until files change or somebody asks for it.
 *
 * With `replaceActive` an active run gives way when the pipeline has drained anew with other files, or somebody asks.
 * What is due for longer than `maxDelaySeconds` is no longer put off by that: a run with the older files then comes to
 * its end, however often files arrive.
 */
export function decide(
  seen: Observation,
  memory: Memory,
  settings: Settings,
  now: Date,
): { decision: Decision; drain: Drain; memory: Memory } {
  const empty =
    seen.pendingFiles === 0 && seen.queue !== undefined && seen.queue.ready + seen.queue.unacked === 0;
  const next: Memory = { emptySince: empty ? (memory.emptySince ?? now) : undefined };
  const drain = drainOf(seen, next.emptySince, settings, now);
  const answer = (decision: Decision) => ({ decision, drain, memory: next });
  const wait = (reason: WaitReason) => answer({ action: 'wait', reason });
  const run = (reason: 'drained' | 'max_delay' | 'requested') => answer({ action: 'run', reason });

  const { lastRun, dueSince } = seen;
  const overdue = dueSince !== undefined && now.getTime() >= later(dueSince, settings.maxDelaySeconds);
  if (seen.running) {
    if (!settings.replaceActive || settings.suspended) return wait('run_active');
    if (seen.requested) return answer({ action: 'replace', reason: 'requested' });
    if (seen.activeChanged && dueSince !== undefined && drain === 'drained' && !overdue)
      return answer({ action: 'replace', reason: 'drained' });
    return wait('run_active');
  }
  if (settings.suspended) return wait('suspended');
  if (seen.requested) return run('requested');
  if (dueSince === undefined) return wait('nothing_due');
  if (lastRun?.outcome === 'failed' && !lastRun.changedSince) return wait('last_run_failed');
  if (lastRun && now.getTime() < later(lastRun.endedAt, settings.minIntervalSeconds))
    return wait('min_interval');
  if (overdue) return run('max_delay');
  return drain === 'drained' ? run('drained') : wait(drain);
}
