import { expect, test } from 'vitest';
import { failureMessage, parseSummary, type RunSummary } from './summary.ts';

const summary: RunSummary = {
  outcome: 'failed',
  models: { passed: 1, failed: 0, skipped: 0 },
  tests: { passed: 1, failed: 1, warned: 0, skipped: 0 },
  failing: ['a_test'],
  seconds: 1.5,
};

test.each([
  ['a summary', JSON.stringify(summary), summary],
  ['a log line', '{"level":30}', undefined],
  ['no JSON', 'Traceback (most recent call last):', undefined],
  ['nothing', '', undefined],
])('reads %s', (_, text, expected) => {
  expect(parseSummary(text)).toEqual(expected);
});

test.each([
  ['names what failed', summary, 'dbt failed: a_test'],
  [
    'names the first ten',
    { ...summary, failing: Array.from({ length: 12 }, (_, i) => `t${i}`) },
    'dbt failed: t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more',
  ],
  [
    'counts those that the summary has no room to name',
    { ...summary, tests: { ...summary.tests, failed: 30 } },
    'dbt failed: a_test and 29 more',
  ],
  [
    'tells what else went wrong',
    { ...summary, failing: [], message: 'no connection' },
    'the run failed: no connection',
  ],
  ['has something to say in any case', { ...summary, failing: [] }, 'dbt failed; see its log'],
])('a failure %s', (_, failed, message) => {
  expect(failureMessage(failed)).toBe(message);
});
