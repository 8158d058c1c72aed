import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { RunRow } from '../transform/runs.ts';
import type { RunSummary } from '../transform/summary.ts';
import { buildJob, CONTAINER } from './job.ts';
import { API_VERSION, KIND, Spec, type Transformation } from './transformation.ts';

/** Objects that tests of this folder begin with. */
export const RUN_ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

export function transformation(spec: Record<string, unknown> = {}): Transformation {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'waymark', namespace: 'default', uid: 'uid-1', generation: 3 },
    spec: Spec.parse({
      queue: { secretName: 'rabbitmq' },
      database: { secretName: 'postgres' },
      jobTemplate: { image: 'waymark-dbt:1' },
      ...spec,
    }),
  };
}

export function job(ended?: { type: 'Complete' | 'Failed'; reason?: string }, failed = 0): V1Job {
  const built = buildJob(transformation(), RUN_ID);
  return { ...built, status: { failed, conditions: ended ? [{ ...ended, status: 'True' }] : [] } };
}

export function endedPod(exitCode: number, message?: string, finishedAt = '2026-01-01T00:00:00Z'): V1Pod {
  const terminated = {
    exitCode,
    finishedAt: new Date(finishedAt),
    ...(message !== undefined && { message }),
  };
  return {
    status: {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [status({ terminated })],
    },
  };
}

export const waitingPod = (reason: string): V1Pod => ({
  status: { phase: 'Pending', containerStatuses: [status({ waiting: { reason } })] },
});

const status = (state: object) => ({
  name: CONTAINER,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
});

export const summary = (failing: string[] = [], message?: string): RunSummary => ({
  outcome: failing.length > 0 || message ? 'failed' : 'succeeded',
  models: { passed: 2, failed: 0, skipped: 0 },
  tests: { passed: 4, failed: failing.length, warned: 1, skipped: 0 },
  failing,
  seconds: 12.3,
  ...(message !== undefined && { message }),
});

export const run = (over: Partial<RunRow> = {}): RunRow => ({
  id: RUN_ID,
  sequence: 1,
  state: 'failed',
  reason: 'drained',
  requested_at: new Date('2026-01-01T00:00:00Z'),
  started_at: new Date('2026-01-01T00:00:01.5Z'),
  published_at: null,
  ended_at: new Date('2026-01-01T00:01:00Z'),
  summary: null,
  message: null,
  ...over,
});
