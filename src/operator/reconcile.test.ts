import { expect, test } from 'vitest';
import { createLog } from '../platform/log.ts';
import { createRegistry } from '../platform/metrics.ts';
import { type Cluster, ClusterError } from './cluster.ts';
import { OperatorMetrics } from './metrics.ts';
import { Reconciler } from './reconcile.ts';
import { transformation } from './samples.ts';
import type { Status } from './transformation.ts';

/** Looks at a Transformation whose Secrets the API server answers with this code. @returns what was told of it */
async function lookWith(code: number): Promise<Status[]> {
  const written: Status[] = [];
  const cluster = {
    transformation: async () => transformation(),
    secret: async () => {
      throw new ClusterError(code, 'TestReason', 'the message');
    },
    writeStatus: async (_: unknown, status: Status) => {
      written.push(status);
    },
    tell: async () => {},
  } as unknown as Cluster;
  const reconciler = new Reconciler({
    cluster,
    jobsOf: () => [],
    selects: () => true,
    metrics: new OperatorMetrics(createRegistry('test'), () => 0),
    log: createLog('test', 'silent'),
  });
  await reconciler.reconcile('waymark');
  return written;
}

test.each([0, 409, 429, 500, 503])('an API server that answers %i is asked again later', async (code) => {
  await expect(lookWith(code)).rejects.toBeInstanceOf(ClusterError);
});

test('an API server that refuses is something to mend', async () => {
  const [status] = await lookWith(403);
  expect(status!.conditions!.find(({ type }) => type === 'Ready')).toMatchObject({
    status: 'False',
    reason: 'TestReason',
  });
});
