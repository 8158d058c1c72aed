import { describe, expect, test } from 'vitest';
import { lastRunSucceeded, mergeConditions, queueDrained, ready, running } from './conditions.ts';
import { Problem } from './problem.ts';
import { Spec } from './transformation.ts';

const { drain } = Spec.parse({
  queue: { secretName: 'q' },
  database: { secretName: 'd' },
  jobTemplate: { image: 'i' },
});

test.each([
  [{ suspend: false, queueUnknown: undefined }, 'True Reconciled'],
  [{ suspend: true, queueUnknown: undefined }, 'True Suspended'],
  [{ suspend: true, queueUnknown: 'ECONNREFUSED' }, 'False QueueUnknown'],
  [
    { problem: new Problem('SecretMissing', 'no Secret x'), suspend: true, queueUnknown: 'ECONNREFUSED' },
    'False SecretMissing',
  ],
])('Ready %#: %j', (seen, expected) => {
  const { status, reason } = ready(seen);
  expect(`${status} ${reason}`).toBe(expected);
});

describe('QueueDrained', () => {
  const seen = { pendingFiles: 3, queue: { ready: 2, unacked: 1 } };
  test.each([
    ['drained', 'True', 'Drained', 'empty for 30 s'],
    ['stabilizing', 'False', 'Stabilizing', '30 s'],
    ['files_pending', 'False', 'FilesPending', 'loaded: 3'],
    ['queue_not_empty', 'False', 'QueueNotEmpty', '2 ready, 1 unacked'],
    ['queue_unknown', 'Unknown', 'QueueUnknown', 'unknown is not empty'],
  ] as const)('%s', (state, status, reason, part) => {
    expect(queueDrained({ ...seen, drain: state }, drain)).toEqual({
      status,
      reason,
      message: expect.stringContaining(part),
    });
  });
  test('is unknown while the ledger is', () => {
    expect(queueDrained(undefined, drain)).toMatchObject({ status: 'Unknown', reason: 'NotSeen' });
  });
});

describe('Running', () => {
  const active = { run: 'r', job: 'j', start: '2026-01-01T00:00:00Z', reason: 'max_delay' };
  test.each([
    [active, undefined, 'True MaxDelay'],
    [active, 'ImagePullBackOff', 'True PodWaiting'],
    [{ ...active, replacedFor: 'drained' }, 'it is being stopped', 'True Replacing'],
  ])('%#: an active run', (run, obstacle, expected) => {
    const { status, reason } = running(run, obstacle, { action: 'wait', reason: 'run_active' });
    expect(`${status} ${reason}`).toBe(expected);
  });
  test('says why none starts', () => {
    expect(running(undefined, undefined, { action: 'wait', reason: 'last_run_failed' })).toEqual({
      status: 'False',
      reason: 'LastRunFailed',
      message: expect.stringContaining('spec.runRequest'),
    });
  });
  test('is unknown while the ledger is', () => {
    expect(running(undefined, undefined, undefined)).toMatchObject({ status: 'Unknown' });
  });
});

describe('LastRunSucceeded', () => {
  const run = { run: 'r', job: 'j', end: '2026-01-01T00:00:00Z' };
  test('is unknown before the first', () => {
    expect(lastRunSucceeded(undefined)).toMatchObject({ status: 'Unknown', reason: 'NoRunYet' });
  });
  test('is true after a success', () => {
    expect(lastRunSucceeded({ ...run, outcome: 'succeeded', reason: 'Succeeded' })).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
    });
  });
  test('names what failed', () => {
    const message = 'dbt failed: a_test';
    expect(lastRunSucceeded({ ...run, outcome: 'failed', reason: 'DbtFailed', message })).toEqual({
      status: 'False',
      reason: 'DbtFailed',
      message,
    });
  });
});

test('the time of a transition moves only when the status does', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const judged = (status: 'True' | 'False', reason: string) => ({ Ready: { status, reason, message: '' } });
  const first = mergeConditions([], judged('False', 'A'), 1, at(1));
  const second = mergeConditions(first, judged('False', 'B'), 2, at(2));
  expect(second).toMatchObject([
    { type: 'Ready', reason: 'B', lastTransitionTime: '2026-01-01T00:01:00Z', observedGeneration: 2 },
  ]);
  const third = mergeConditions(second, judged('True', 'B'), 2, at(3));
  expect(third[0]!.lastTransitionTime).toBe('2026-01-01T00:03:00Z');
});
