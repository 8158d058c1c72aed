import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { manage } from '../../src/dev/rabbitmq.ts';
import type { Config } from '../../src/platform/config.ts';

export interface TestVhost {
  name: string;
  config: Config<'amqp'> & { RABBITMQ_MANAGEMENT_URL: string };
  /** Removes it and everything in it, and closes the connections to it. */
  remove(): Promise<void>;
}

/** A virtual host of its own for a test: queues of the same names do not meet. */
export async function createTestVhost(): Promise<TestVhost> {
  const broker = inject('rabbitmq');
  const name = `waymark_test_${randomBytes(8).toString('hex')}`;
  const { username } = new URL(broker.AMQP_URL);
  await manage(broker, 'PUT', `vhosts/${name}`, {});
  await manage(broker, 'PUT', `permissions/${name}/${username}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  const url = new URL(broker.AMQP_URL);
  url.pathname = `/${name}`;
  return {
    name,
    config: { AMQP_URL: url.href, RABBITMQ_MANAGEMENT_URL: broker.RABBITMQ_MANAGEMENT_URL },
    remove: () => manage(broker, 'DELETE', `vhosts/${name}`),
  };
}
