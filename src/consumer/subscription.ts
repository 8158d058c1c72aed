import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { repeat } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { type Broker, connectBroker } from '../queue/connection.ts';
import { assertTopology, DEAD_LETTERS, QUEUE } from '../queue/topology.ts';

/**
 * A consumer whose queue was deleted is not always told so (RabbitMQ 3.10 forgets quorum queues' consumers in silence), and
 * an answer that met a queue without a leader can be lost: one that has nothing to do subscribes anew so often.
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

/** A channel that takes messages, and those of them that are not answered yet. */
interface Consuming {
  channel: ConfirmChannel;
  tag: string;
  inHand: Set<Promise<void>>;
}

/** Consumes the queue, through lost connections and deleted queues, until told to stop. */
export async function subscribe(
  at: Broker,
  prefetch: number,
  log: Log,
  answer: (message: ConsumeMessage) => Promise<Answer>,
): Promise<Subscription> {
  const stopping = new AbortController();
  let connected: ChannelModel | undefined;
  let consuming: Consuming | undefined;
  let beginning: Promise<void> | undefined;
  let busy = false;

  const handle = async (channel: ConfirmChannel, message: ConsumeMessage): Promise<void> => {
    const { deliveryTag: delivery, redelivered } = message.fields;
    log.debug({ delivery, redelivered }, 'message taken');
    try {
      const said = await answer(message);
      if (said === 'dead') await bury(channel, message);
      if (said === 'requeue') channel.nack(message);
      else channel.ack(message);
      log.debug({ delivery, said }, 'message answered');
    } catch (error) {
      // The channel is gone, or the error is none that is known: the broker delivers again, the ledger decides.
      log.warn({ err: error }, 'the message was not answered');
    }
  };
  const consume = async (connection: ChannelModel): Promise<void> => {
    await assertTopology(connection);
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error) => log.warn({ err: error }, 'the channel was closed'));
    channel.on('close', () => {
      if (consuming?.channel === channel) consuming = undefined;
    });
    await channel.prefetch(prefetch);
    const inHand = new Set<Promise<void>>();
    const { consumerTag: tag } = await channel.consume(QUEUE, (message) => {
      if (message === null) {
        log.warn('the queue was deleted');
        return;
      }
      busy = true;
      const work = handle(channel, message).finally(() => inHand.delete(work));
      inHand.add(work);
    });
    consuming = { channel, tag, inHand };
  };
  /** One at a time: the connection that has come back and the renewal may both want it. */
  const begin = (connection: ChannelModel): Promise<void> => {
    beginning ??= consume(connection).finally(() => {
      beginning = undefined;
    });
    return beginning;
  };
  const finish = async ({ channel, tag, inHand }: Consuming): Promise<void> => {
    await channel.cancel(tag);
    await Promise.allSettled(inHand);
  };
  const renew = async (): Promise<void> => {
    const idle = !busy && !consuming?.inHand.size;
    busy = false;
    if (!connected || (consuming && !idle)) return;
    const earlier = consuming;
    await begin(connected);
    if (!earlier) return;
    await finish(earlier);
    // What the broker believes to be in hand, and is not, it delivers again.
    await earlier.channel.close();
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
      if (consuming) await finish(consuming).catch(() => {});
      await broker.close();
    },
  };
}

/** To the dead letters by our own hand: a queue that was deleted meanwhile, or declared without them, would drop it. */
function bury(channel: ConfirmChannel, { content, fields, properties }: ConsumeMessage): Promise<void> {
  const { contentType, messageId } = properties;
  return new Promise((resolve, reject) => {
    channel.publish(
      DEAD_LETTERS,
      fields.routingKey,
      content,
      { persistent: true, contentType, messageId },
      (error) => (error ? reject(error) : resolve()),
    );
  });
}
