import { describe, expect, test } from 'vitest';
import { RUN_ID, run, summary } from './samples.ts';
import { isWorthWriting, lastRunOf, readinessEvent } from './status.ts';
import type { Condition, Status } from './transformation.ts';

describe('a status', () => {
  const at = (time: string): Status => ({
    pendingFiles: 0,
    queue: { ready: 0, unacked: 0, observedAt: `2026-01-01T00:00:${time}Z` },
  });
  const cases: [string, Status | undefined, Status, boolean][] = [
    ['is written the first time', undefined, at('00'), true],
    ['is not written for the same', at('00'), at('00'), false],
    ['is not written for a fresh time alone', at('00'), at('29'), false],
    ['is written for an old time', at('00'), at('30'), true],
    ['is written for other counts', at('00'), { ...at('01'), pendingFiles: 1 }, true],
    ['is written when the queue is out of sight', at('00'), { pendingFiles: 0 }, true],
    ['is not written while it stays so', { pendingFiles: 0 }, { pendingFiles: 0 }, false],
  ];
  test.each(cases)('%s', (_, previous, next, worth) => {
    expect(isWorthWriting(previous, next)).toBe(worth);
  });
});

describe('the last run', () => {
  test('tells what dbt counted, and when', () => {
    expect(lastRunOf(run({ state: 'succeeded', summary: summary() }), {}, undefined)).toEqual({
      run: RUN_ID,
      job: `waymark-run-${RUN_ID}`,
      start: '2026-01-01T00:00:01Z',
      end: '2026-01-01T00:01:00Z',
      outcome: 'succeeded',
      reason: 'Succeeded',
      models: summary().models,
      tests: summary().tests,
    });
  });

  test.each([
    ['the outcome just seen', { [RUN_ID]: 'DeadlineExceeded' }, 'JobGone', 'DeadlineExceeded'],
    ['the status where it stands already', {}, 'JobGone', 'JobGone'],
    ['what dbt counted, otherwise', { another: 'JobGone' }, undefined, 'DbtFailed'],
  ])('has its reason from %s', (_, reasons, before, reason) => {
    const previous = before
      ? { run: RUN_ID, job: 'j', end: '', outcome: 'failed' as const, reason: before }
      : undefined;
    const last = lastRunOf(run({ summary: summary(['a_test']) }), reasons, previous);
    expect(last).toMatchObject({ reason, message: 'dbt failed: a_test' });
  });

  test('is none before the first', () => {
    expect(lastRunOf(undefined, {}, undefined)).toBeUndefined();
  });
});

describe('an Event', () => {
  const is = (status: Condition['status'], reason: string): Condition[] => [
    { type: 'Ready', status, reason, message: 'm', lastTransitionTime: '' },
  ];
  test.each([
    ['none at first sight of a good state', [], is('True', 'Reconciled'), undefined],
    ['a warning at first sight of a bad one', [], is('False', 'SecretMissing'), 'Warning SecretMissing'],
    ['none while nothing changes', is('False', 'A'), is('False', 'A'), undefined],
    ['a warning for another reason', is('False', 'A'), is('False', 'B'), 'Warning B'],
    ['a word when all is well again', is('False', 'A'), is('True', 'Reconciled'), 'Normal Reconciled'],
  ])('%s', (_, before, after, expected) => {
    const event = readinessEvent(before, after);
    expect(event && `${event.type} ${event.reason}`).toBe(expected);
  });
});
