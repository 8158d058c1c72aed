import type { Channel, ChannelModel, Options } from 'amqplib';
import { isUuid } from '../platform/database.ts';

/** The names that the design fixes. */
export const EXCHANGE = 'waymark.files';
export const QUEUE = 'waymark.files.load';
export const DEAD_LETTERS = 'waymark.files.dead';
const BINDING = 'file.#';
/** Beyond what any outage can reach: RabbitMQ before 4.0 knows no "unlimited". */
const DELIVERY_LIMIT = 1_000_000_000;

const PRECONDITION_FAILED = 406;

/**
 * Declares exchanges, queues and dead letters on a channel of its own; the same declaration again changes nothing. A
 * queue that is there with other arguments, from an earlier version or by an operator's hand, is used as it is.
 * @returns the names of queues that are declared otherwise
 */
export async function assertTopology(connection: Pick<ChannelModel, 'createChannel'>): Promise<string[]> {
  const otherwise: string[] = [];
  const declare = async (name: string, options: Options.AssertQueue) => {
    const trial = await openChannel(connection);
    try {
      await trial.assertQueue(name, options);
      await trial.close();
    } catch (error) {
      if ((error as { code?: number }).code !== PRECONDITION_FAILED) throw error;
      otherwise.push(name);
    }
  };
  await declare(DEAD_LETTERS, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await declare(QUEUE, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-dead-letter-exchange': DEAD_LETTERS,
      // Attempts are counted in Postgres; the broker's own limit (20 by default since 4.0) would lose files to an outage.
      'x-delivery-limit': DELIVERY_LIMIT,
    },
  });
  const channel = await openChannel(connection);
  await channel.assertExchange(DEAD_LETTERS, 'topic', { durable: true });
  await channel.bindQueue(DEAD_LETTERS, DEAD_LETTERS, '#');
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await channel.bindQueue(QUEUE, EXCHANGE, BINDING);
  await channel.close();
  return otherwise;
}

/** A channel whose errors are told by the calls that cause them. */
async function openChannel(connection: Pick<ChannelModel, 'createChannel'>): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  return channel;
}

/** A message's body: `{"file_id": "…"}`. */
export const encodeMessage = (fileId: string): Buffer => Buffer.from(JSON.stringify({ file_id: fileId }));

/** The file that a message is about; undefined where the body is no such message. */
export function decodeMessage(content: Buffer): string | undefined {
  try {
    const body: unknown = JSON.parse(content.toString());
    const id = typeof body === 'object' && body !== null && 'file_id' in body ? body.file_id : undefined;
    return typeof id === 'string' && isUuid(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
