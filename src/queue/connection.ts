import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import type { Log } from '../platform/log.ts';

/** Waits between attempts to reach the broker grow to this, in milliseconds. */
const MAX_RECONNECT_DELAY_MS = 5000;

/**
 * A connection that comes back by itself. `setup` runs after every (re)connect: it makes channels and consumers anew.
 * Resolves at once, also while the broker is down.
 */
export async function connectBroker(
  url: string,
  log: Log,
  setup: (connection: ChannelModel) => Promise<void>,
): Promise<RecoveringChannelModel> {
  const connection = await connect(url, {
    timeout: 10_000,
    recovery: { initialDelay: 200, maxDelay: MAX_RECONNECT_DELAY_MS, waitForConnect: false, setup },
  });
  let down = false;
  const lost = (error: Error) => {
    if (!down) log.warn({ err: error }, 'the broker is out of reach');
    down = true;
  };
  connection.on('connect', () => {
    if (down) log.info('the broker is back');
    down = false;
  });
  connection.on('disconnect', lost);
  connection.on('connect-failed', lost);
  connection.on('error', () => {});
  return connection;
}
