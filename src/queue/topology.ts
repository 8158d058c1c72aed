import type { Channel } from 'amqplib';

/** The names that the design fixes. */
export const EXCHANGE = 'waymark.files';
export const QUEUE = 'waymark.files.load';
export const DEAD_LETTERS = 'waymark.files.dead';
const BINDING = 'file.#';
/** Beyond what any outage can reach: RabbitMQ before 4.0 knows no "unlimited". */
const DELIVERY_LIMIT = 1_000_000_000;

/** Declares exchange, queue and dead letters; the same declaration again changes nothing. */
export async function assertTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(DEAD_LETTERS, 'topic', { durable: true });
  await channel.assertQueue(DEAD_LETTERS, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(DEAD_LETTERS, DEAD_LETTERS, '#');
  await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
  await channel.assertQueue(QUEUE, {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-dead-letter-exchange': DEAD_LETTERS,
      // Attempts are counted in Postgres; the broker's own limit (20 by default since 4.0) would lose files to an outage.
      'x-delivery-limit': DELIVERY_LIMIT,
    },
  });
  await channel.bindQueue(QUEUE, EXCHANGE, BINDING);
}

/** A message's body: `{"file_id": "…"}`. */
export const encodeMessage = (fileId: string): Buffer => Buffer.from(JSON.stringify({ file_id: fileId }));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The file that a message is about; undefined where the body is no such message. */
export function decodeMessage(content: Buffer): string | undefined {
  try {
    const body: unknown = JSON.parse(content.toString());
    const id = typeof body === 'object' && body !== null && 'file_id' in body ? body.file_id : undefined;
    return typeof id === 'string' && UUID.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
