import { describe, expect, test } from 'vitest';
import { obstacle, outcomeOfJob, outcomeWithoutJob } from './outcome.ts';
import { endedPod, job, summary, waitingPod } from './samples.ts';

const text = (failing: string[] = [], message?: string) => JSON.stringify(summary(failing, message));

describe('a Job', () => {
  const cases: [string, Parameters<typeof outcomeOfJob>, object | undefined][] = [
    ['that goes on has no outcome', [job(), [endedPod(143)]], undefined],
    [
      'that is complete succeeded',
      [job({ type: 'Complete' }), [endedPod(0, text())]],
      { state: 'succeeded', reason: 'Succeeded', summary: summary(), message: null },
    ],
    [
      'that is complete succeeded, summary or not',
      [job({ type: 'Complete' }), []],
      { state: 'succeeded', reason: 'Succeeded', summary: null },
    ],
    [
      'whose dbt failed names what failed',
      [job({ type: 'Failed', reason: 'PodFailurePolicy' }), [endedPod(1, text(['a_test', 'b_test']))]],
      { state: 'failed', reason: 'DbtFailed', message: 'dbt failed: a_test, b_test' },
    ],
    [
      'that was retried is judged by its last pod',
      [
        job({ type: 'Failed', reason: 'PodFailurePolicy' }),
        [
          endedPod(1, text(['a_test']), '2026-01-02T00:00:00Z'),
          endedPod(143, text([], 'stopped by a signal')),
        ],
      ],
      { reason: 'DbtFailed', message: 'dbt failed: a_test' },
    ],
    [
      'whose dbt failed without a word says where to look',
      [job({ type: 'Failed', reason: 'PodFailurePolicy' }), [endedPod(1, 'Traceback')]],
      {
        reason: 'DbtFailed',
        summary: null,
        message: expect.stringContaining('kubectl logs job/waymark-run-'),
      },
    ],
    [
      'whose dbt failed in a pod that is gone says so all the same',
      [job({ type: 'Failed', reason: 'PodFailurePolicy' }), []],
      { reason: 'DbtFailed', summary: null },
    ],
    [
      'that took too long names the limit',
      [job({ type: 'Failed', reason: 'DeadlineExceeded' }), []],
      { reason: 'DeadlineExceeded', message: expect.stringContaining('activeDeadlineSeconds (3600)') },
    ],
    [
      'whose pods kept failing tells what the last one said',
      [
        job({ type: 'Failed', reason: 'BackoffLimitExceeded' }, 3),
        [endedPod(2, text([], 'the database cannot be reached'))],
      ],
      {
        reason: 'PodsFailed',
        message: expect.stringMatching(
          /^3 pods failed, more than backoffLimit \(2\) allows, the last one with exit code 2, "the database cannot be reached"/,
        ),
      },
    ],
    [
      'that failed otherwise gives the reason of Kubernetes',
      [job({ type: 'Failed', reason: 'FailedIndexes' }), []],
      { reason: 'JobFailed', message: expect.stringContaining('FailedIndexes') },
    ],
  ];
  test.each(cases)('%s', (_, [seen, pods], outcome) => {
    if (outcome) expect(outcomeOfJob(seen, pods)).toMatchObject(outcome);
    else expect(outcomeOfJob(seen, pods)).toBeUndefined();
  });
});

describe('a run whose Job is gone', () => {
  test.each([
    ['has not ended while a pod lives', [waitingPod('ContainerCreating')], true, undefined],
    ['has failed', [], false, { state: 'failed', reason: 'JobGone' }],
    ['was replaced', [endedPod(143)], true, { reason: 'Replaced', message: 'replaced by a newer run' }],
    [
      'succeeded where a pod says so',
      [endedPod(0, text())],
      true,
      { state: 'succeeded', summary: summary() },
    ],
  ] as const)('%s', (_, pods, replaced, outcome) => {
    if (outcome) expect(outcomeWithoutJob('j', pods, replaced)).toMatchObject(outcome);
    else expect(outcomeWithoutJob('j', pods, replaced)).toBeUndefined();
  });
});

test.each([
  ['ImagePullBackOff', [waitingPod('ImagePullBackOff')]],
  [undefined, [waitingPod('ContainerCreating')]],
  [undefined, [endedPod(1)]],
  [
    'Unschedulable',
    [
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
        },
      },
    ],
  ],
])('what keeps a pod from running: %s', (reason, pods) => {
  expect(obstacle(pods)).toBe(reason);
});
