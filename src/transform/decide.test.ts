import { describe, expect, test } from 'vitest';
import { type Decision, type Drain, decide, type Memory, type Observation, type Settings } from './decide.ts';

const settings: Settings = {
  stabilizationSeconds: 30,
  maxDelaySeconds: 600,
  minIntervalSeconds: 120,
  suspended: false,
  replaceActive: false,
};
const now = new Date('2026-01-01T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

/** Files were loaded a minute ago, all is quiet since. */
const drained: Observation = {
  pendingFiles: 0,
  queue: { ready: 0, unacked: 0 },
  dueSince: ago(60),
  lastChangeAt: ago(60),
  running: false,
  activeChanged: false,
  requested: false,
  lastRun: undefined,
};
const quiet: Memory = { emptySince: ago(40) };

const cases: [string, Partial<Observation>, Memory, Decision][] = [
  ['runs when drained', {}, quiet, { action: 'run', reason: 'drained' }],
  [
    'waits while a run is active',
    { running: true, requested: true },
    quiet,
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'runs when asked, due or not',
    { requested: true, dueSince: undefined },
    quiet,
    { action: 'run', reason: 'requested' },
  ],
  [
    'runs when asked, drained or not',
    { requested: true, pendingFiles: 3 },
    quiet,
    { action: 'run', reason: 'requested' },
  ],
  ['has nothing to do', { dueSince: undefined }, quiet, { action: 'wait', reason: 'nothing_due' }],
  ['waits for pending files', { pendingFiles: 1 }, quiet, { action: 'wait', reason: 'files_pending' }],
  [
    'takes an unknown queue for not empty',
    { queue: undefined },
    quiet,
    { action: 'wait', reason: 'queue_unknown' },
  ],
  [
    'waits for ready messages',
    { queue: { ready: 1, unacked: 0 } },
    quiet,
    { action: 'wait', reason: 'queue_not_empty' },
  ],
  [
    'waits for unacked messages',
    { queue: { ready: 0, unacked: 1 } },
    quiet,
    { action: 'wait', reason: 'queue_not_empty' },
  ],
  [
    'stabilizes after the queue became empty',
    {},
    { emptySince: ago(29) },
    { action: 'wait', reason: 'stabilizing' },
  ],
  [
    'stabilizes after the first look',
    {},
    { emptySince: undefined },
    { action: 'wait', reason: 'stabilizing' },
  ],
  [
    'stabilizes after the last change',
    { lastChangeAt: ago(10) },
    quiet,
    { action: 'wait', reason: 'stabilizing' },
  ],
  [
    'a trickle does not starve it',
    { pendingFiles: 5, dueSince: ago(600) },
    quiet,
    { action: 'run', reason: 'max_delay' },
  ],
  [
    'nor does a broker out of reach',
    { queue: undefined, dueSince: ago(601) },
    quiet,
    { action: 'run', reason: 'max_delay' },
  ],
  [
    'keeps its distance to the last run',
    { dueSince: ago(700), lastRun: { outcome: 'succeeded', endedAt: ago(119), changedSince: true } },
    quiet,
    { action: 'wait', reason: 'min_interval' },
  ],
  [
    'does not repeat a failed run by itself',
    { lastRun: { outcome: 'failed', endedAt: ago(500), changedSince: false } },
    quiet,
    { action: 'wait', reason: 'last_run_failed' },
  ],
  [
    'runs after a failed run when files changed',
    { lastRun: { outcome: 'failed', endedAt: ago(500), changedSince: true } },
    quiet,
    { action: 'run', reason: 'drained' },
  ],
];

/** A run is active, and since it began files were loaded and all came to rest. */
const outdated: Partial<Observation> = { running: true, activeChanged: true };

const otherSettings: [string, Partial<Settings>, Partial<Observation>, Memory, Decision][] = [
  ['suspended, starts nothing', { suspended: true }, {}, quiet, { action: 'wait', reason: 'suspended' }],
  [
    'suspended, lets a request wait',
    { suspended: true },
    { requested: true },
    quiet,
    { action: 'wait', reason: 'suspended' },
  ],
  [
    'suspended, lets the active run go on',
    { suspended: true, replaceActive: true },
    { ...outdated, requested: true },
    quiet,
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'replaces the active run when drained with other files',
    { replaceActive: true },
    outdated,
    quiet,
    { action: 'replace', reason: 'drained' },
  ],
  [
    'does not replace it for the files that it has',
    { replaceActive: true },
    { running: true },
    quiet,
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'does not replace it while files are on their way',
    { replaceActive: true },
    { ...outdated, pendingFiles: 1 },
    quiet,
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'does not replace it before the pipeline came to rest',
    { replaceActive: true },
    outdated,
    { emptySince: ago(29) },
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'does not replace it once files have waited for the longest delay',
    { replaceActive: true },
    { ...outdated, dueSince: ago(600) },
    quiet,
    { action: 'wait', reason: 'run_active' },
  ],
  [
    'replaces it when asked, whatever the files',
    { replaceActive: true },
    { running: true, requested: true, pendingFiles: 2, dueSince: ago(700) },
    quiet,
    { action: 'replace', reason: 'requested' },
  ],
];

describe('the decision', () => {
  test.each(otherSettings)('%s', (_, others, seen, memory, decision) => {
    expect(decide({ ...drained, ...seen }, memory, { ...settings, ...others }, now).decision).toEqual(
      decision,
    );
  });

  test.each([
    ['drained', {}, quiet],
    ['stabilizing', {}, { emptySince: undefined }],
    ['files_pending', { pendingFiles: 1, queue: undefined }, quiet],
    ['queue_unknown', { queue: undefined }, quiet],
    ['queue_not_empty', { queue: { ready: 0, unacked: 1 } }, quiet],
    ['drained', { running: true, dueSince: undefined }, quiet],
  ] as [Drain, Partial<Observation>, Memory][])(
    'says %s whether a run is due or not',
    (drain, seen, memory) => {
      expect(decide({ ...drained, ...seen }, memory, settings, now).drain).toBe(drain);
    },
  );

  test.each(cases)('%s', (_, seen, memory, decision) => {
    expect(decide({ ...drained, ...seen }, memory, settings, now).decision).toEqual(decision);
  });

  test('remembers since when all is empty, and forgets it when it is not', () => {
    const first = decide(drained, { emptySince: undefined }, settings, now);
    expect(first.memory).toEqual({ emptySince: now });
    expect(decide(drained, first.memory, settings, new Date(now.getTime() + 1000)).memory).toEqual({
      emptySince: now,
    });
    for (const seen of [{ pendingFiles: 1 }, { queue: undefined }, { queue: { ready: 0, unacked: 2 } }])
      expect(decide({ ...drained, ...seen }, first.memory, settings, now).memory).toEqual({
        emptySince: undefined,
      });
  });
});
