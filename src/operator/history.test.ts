import type { V1Job } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { jobsToDelete } from './history.ts';

const job = (name: string, day: number, type?: 'Complete' | 'Failed'): V1Job => ({
  metadata: { name, creationTimestamp: new Date(Date.UTC(2026, 0, day)) },
  status: { conditions: type ? [{ type, status: 'True' }] : [] },
});
const jobs = [
  job('running', 9),
  job('good-3', 3, 'Complete'),
  job('good-1', 1, 'Complete'),
  job('good-2', 2, 'Complete'),
  job('bad-1', 4, 'Failed'),
  job('bad-2', 5, 'Failed'),
];

test.each([
  [{ successful: 3, failed: 3 }, []],
  [{ successful: 1, failed: 1 }, ['good-1', 'good-2', 'bad-1']],
  [{ successful: 0, failed: 3 }, ['good-1', 'good-2', 'good-3']],
])('limits %j take %j', (limits, names) => {
  expect(jobsToDelete(jobs, limits).map(({ metadata }) => metadata!.name)).toEqual(names);
});
