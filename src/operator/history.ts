import type { V1Job } from '@kubernetes/client-node';

/** Jobs that are over and beyond the limits, the oldest first. */
export function jobsToDelete(
  jobs: readonly V1Job[],
  limits: { successful: number; failed: number },
): V1Job[] {
  const over = (type: 'Complete' | 'Failed') =>
    jobs
      .filter(({ metadata, status }) => {
        const ended = status?.conditions?.some(
          (condition) => condition.type === type && condition.status === 'True',
        );
        return ended && !metadata!.deletionTimestamp;
      })
      .toSorted((a, b) => createdAt(a) - createdAt(b));
  return [
    ...over('Complete').slice(0, -limits.successful || undefined),
    ...over('Failed').slice(0, -limits.failed || undefined),
  ];
}

const createdAt = (job: V1Job): number => new Date(job.metadata!.creationTimestamp ?? 0).getTime();
