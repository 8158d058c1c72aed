import { z } from 'zod';
import { Spec } from '../../src/operator/transformation.ts';
import { section, value } from '../value.ts';
import { anyList, flag, image, resources } from './shapes.ts';

/** What a Transformation may say: the API server would refuse the rest only after half of the release is there. */
const { drain, jobTemplate, ...spec } = Spec.shape;
const drains = drain.unwrap().shape;
const jobs = jobTemplate.shape;

/** When dbt runs, and its Job. */
export const runs = {
  transformation: section('When dbt runs (the Transformation resource).', {
    stabilizationSeconds: value(
      drains.stabilizationSeconds.unwrap(),
      30,
      'How long nothing may have moved before a run starts.',
    ),
    pollIntervalSeconds: value(
      drains.pollIntervalSeconds.unwrap(),
      5,
      'How often ledger and queue are looked at.',
    ),
    minIntervalSeconds: value(
      drains.minIntervalSeconds.unwrap(),
      0,
      'Least time between the end of a run and the start of the next.',
    ),
    maxDelaySeconds: value(
      drains.maxDelaySeconds.unwrap(),
      900,
      'After so long a run starts in any case, though files keep coming.',
    ),
    suspend: value(flag, false, 'Whether new runs are held back.'),
    concurrencyPolicy: value(
      z.enum(['Forbid', 'Replace']),
      'Forbid',
      'Whether a newer state waits for the active run (Forbid) or ends it and starts anew (Replace).',
    ),
    successfulRunsHistoryLimit: value(
      spec.successfulRunsHistoryLimit.unwrap(),
      3,
      'Jobs of good runs that are kept.',
    ),
    failedRunsHistoryLimit: value(
      spec.failedRunsHistoryLimit.unwrap(),
      3,
      'Jobs of failed runs that are kept.',
    ),
  }),

  dbt: section('The Job of a run.', {
    image: image('waymark-dbt', '', 'The image with dbt and the project.'),
    env: value(anyList, [], 'Further variables, as `[{name: WAYMARK_AS_OF_DATE, value: "2023-10-01"}]`.'),
    activeDeadlineSeconds: value(
      jobs.activeDeadlineSeconds.unwrap(),
      3600,
      'After so long a run is ended as failed.',
    ),
    backoffLimit: value(
      jobs.backoffLimit.unwrap(),
      2,
      'Further tries where dbt could not run at all. Failing tests are not tried again.',
    ),
    ttlSecondsAfterFinished: value(
      jobs.ttlSecondsAfterFinished.unwrap(),
      86400,
      'How long a finished Job is kept.',
    ),
    resources: resources('200m', '256Mi', '1Gi'),
  }),
};
