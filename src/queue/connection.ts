import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { explainTls, readPem } from '../platform/tls.ts';

/** Waits between attempts to reach the broker grow to this, in milliseconds. */
const MAX_RECONNECT_DELAY_MS = 5000;

/** Where the broker is, and who may say so. */
export type Broker = Pick<Config<'amqp'>, 'AMQP_URL' | 'AMQP_CA_FILE'>;

/** The certificates of AMQP_CA_FILE; undefined where it is not set. */
export const brokerCa = ({ AMQP_CA_FILE: file }: Pick<Broker, 'AMQP_CA_FILE'>): string | undefined =>
  file === undefined ? undefined : readPem('AMQP_CA_FILE', file);

/**
 * A connection that comes back by itself. `setup` runs after every (re)connect: it makes channels and consumers anew.
 * Resolves at once, also while the broker is down.
 */
export async function connectBroker(
  broker: Broker,
  log: Log,
  setup: (connection: ChannelModel) => Promise<void>,
): Promise<RecoveringChannelModel> {
  const ca = brokerCa(broker);
  const connection = await connect(broker.AMQP_URL, {
    timeout: 10_000,
    ...(ca !== undefined && { ca }),
    recovery: {
      initialDelay: 200,
      maxDelay: MAX_RECONNECT_DELAY_MS,
      waitForConnect: false,
      setup(opened: ChannelModel) {
        // Nobody else listens yet: one that is lost during the setup would end the process. The setup's own calls fail.
        opened.on('error', () => {});
        return setup(opened);
      },
    },
  });
  let down = false;
  const lost = (error: Error) => {
    const err = explainTls(error, new URL(broker.AMQP_URL).host, 'AMQP_CA_FILE');
    if (!down) log.warn({ err }, 'the broker is out of reach');
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
