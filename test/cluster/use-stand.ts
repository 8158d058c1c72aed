import amqp from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { transformationCrd } from '../../src/operator/crd.ts';
import { assertTopology } from '../../src/queue/topology.ts';
import { createTestVhost, type TestVhost } from '../setup/broker.ts';
import { apply, kubectl } from './kubectl.ts';
import { createTestNamespace, type TestNamespace } from './namespace.ts';
import { Stand } from './stand.ts';

export interface Used {
  namespace: TestNamespace;
  /** A fresh one for each test. */
  stand: Stand;
  /** Another one beside it, which the test stops itself. */
  another(): Promise<Stand>;
}

/** Gives the tests of a file a namespace, with the definition of Transformations, and each test a stand of its own. */
export function useStand(): Used {
  let vhost: TestVhost;
  const used = { another: () => Stand.create(used.namespace, vhost) } as Used;
  beforeAll(async () => {
    await apply(transformationCrd);
    await kubectl(['wait', '--for=condition=Established', `crd/${transformationCrd.metadata.name}`]);
    used.namespace = await createTestNamespace();
    vhost = await createTestVhost();
    const connection = await amqp.connect(vhost.config.AMQP_URL);
    await assertTopology(connection);
    await connection.close();
  });
  afterAll(async () => {
    await used.namespace?.remove();
    await vhost?.remove();
  });
  beforeEach(async () => {
    used.stand = await used.another();
  });
  afterEach(async () => {
    await used.stand.stop();
    // Neither credentials nor what the API server sent.
    for (const secret of used.stand.credentials) expect(used.stand.output).not.toContain(secret);
    expect(used.stand.output).not.toMatch(/HTTP-Code|managedFields/);
  });
  return used;
}
