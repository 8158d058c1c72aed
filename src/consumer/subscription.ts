import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { repeat } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { type Broker, connectBroker } from '../queue/connection.ts';
import { assertTopology, QUEUE } from '../queue/topology.ts';

/**
 * A consumer whose queue was deleted is not always told so (RabbitMQ 3.10 forgets quorum queues' consumers in silence):
 * one that has nothing to do subscribes anew so often.
 */
const RENEW_EVERY_SECONDS = 5;

/** What is done with a message: acked, delivered again, or sent to the dead letters. */
export type Answer = 'ack' | 'requeue' | 'dead';

export interface Subscription {
  /** Whether messages can come in now. */
  active(): boolean;
  /** No more messages; resolves once those at hand are answered and the connection is closed. */
  stop(): Promise<void>;
}

/** Consumes the queue, through lost connections and deleted queues, until told to stop. */
export async function subscribe(
  at: Broker,
  prefetch: number,
  log: Log,
  answer: (message: ConsumeMessage) => Promise<Answer>,
): Promise<Subscription> {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let connected: ChannelModel | undefined;
  let consuming: { channel: Channel; tag: string } | undefined;
  let busy = false;

  const handle = async (channel: Channel, message: ConsumeMessage): Promise<void> => {
    try {
      const said = await answer(message);
      if (said === 'ack') channel.ack(message);
      else channel.nack(message, false, said === 'requeue');
    } catch (error) {
      // The channel is gone, or the error is none that is known: the broker delivers again, the ledger decides.
      log.warn({ err: error }, 'the message was not answered');
    }
  };
  const onMessage = (channel: Channel) => (message: ConsumeMessage | null) => {
    if (message === null) {
      log.warn('the queue was deleted');
      return;
    }
    busy = true;
    const work = handle(channel, message).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const begin = async (connection: ChannelModel): Promise<void> => {
    await assertTopology(connection);
    const channel = await connection.createChannel();
    channel.on('error', (error) => log.warn({ err: error }, 'the channel was closed'));
    channel.on('close', () => {
      if (consuming?.channel === channel) consuming = undefined;
    });
    await channel.prefetch(prefetch);
    const { consumerTag } = await channel.consume(QUEUE, onMessage(channel));
    consuming = { channel, tag: consumerTag };
  };
  const renew = async (): Promise<void> => {
    const idle = !busy && underWay.size === 0;
    busy = false;
    if (!connected || (consuming && !idle)) return;
    if (!consuming) return begin(connected);
    const { channel, tag } = consuming;
    await channel.cancel(tag);
    await assertTopology(connected);
    const { consumerTag } = await channel.consume(QUEUE, onMessage(channel));
    consuming = { channel, tag: consumerTag };
  };

  const broker = await connectBroker(at, log, async (connection) => {
    connected = connection;
    connection.on('close', () => {
      if (connected === connection) connected = undefined;
    });
    await begin(connection);
  });
  const renewing = repeat(renew, {
    everySeconds: RENEW_EVERY_SECONDS,
    signal: stopping.signal,
    onError: (error) => log.warn({ err: error }, 'subscribing anew failed'),
  });
  return {
    active: () => consuming !== undefined,
    async stop() {
      stopping.abort();
      await renewing;
      await consuming?.channel.cancel(consuming.tag).catch(() => {});
      await Promise.allSettled(underWay);
      await broker.close();
    },
  };
}
