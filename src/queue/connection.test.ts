import { expect, test } from 'vitest';
import { Wire } from '../../test/faults/wire.ts';
import { createTestVhost } from '../../test/setup/broker.ts';
import { createLog } from '../platform/log.ts';
import { connectBroker } from './connection.ts';

test('a connection that is lost while it is set up is set up anew, and ends nothing', async () => {
  const vhost = await createTestVhost();
  const at = new URL(vhost.config.AMQP_URL);
  const wire = await Wire.open(Number(at.port));
  at.port = String(wire.port);
  let setups = 0;
  const broker = await connectBroker(
    { AMQP_URL: at.href },
    createLog('test', 'silent'),
    async (connection) => {
      setups++;
      // Not by `once` of node:events, which would listen to errors as well.
      const closed = new Promise<void>((resolve) => connection.on('close', () => resolve()));
      if (setups > 1) return;
      wire.cut();
      await closed;
      await connection.createChannel();
    },
  );
  try {
    await broker.waitForConnect();
    expect(setups).toBe(2);
  } finally {
    await broker.close();
    await wire.close();
    await vhost.remove();
  }
});
