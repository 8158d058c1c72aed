import { z } from 'zod';
import { QUEUE } from './topology.ts';

/** Messages in the queue, and consumers at it. */
export interface QueueDepth {
  ready: number;
  unacked: number;
  consumers: number;
}

const Answer = z.object({
  messages_ready: z.number(),
  messages_unacknowledged: z.number(),
  consumers: z.number(),
});

const ANSWER_DEADLINE_MS = 5000;

/**
 * Asks the management API of the broker; AMQP itself tells of ready messages only.
 * @throws where it cannot be asked, or its statistics are not there yet: missing is not 0
 */
export async function readQueueDepth(managementUrl: string, amqpUrl: string): Promise<QueueDepth> {
  const amqp = new URL(amqpUrl);
  const vhost = amqp.pathname.length > 1 ? decodeURIComponent(amqp.pathname.slice(1)) : '/';
  const base = new URL(managementUrl);
  const user = decodeURIComponent(base.username || amqp.username || 'guest');
  const password = decodeURIComponent(base.password || amqp.password || 'guest');
  const path = `${base.pathname.replace(/\/$/, '')}/api/queues/${encodeURIComponent(vhost)}/${QUEUE}`;
  const response = await fetch(new URL(path, base.origin), {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
  });
  if (!response.ok) throw new Error(`the management API answered ${response.status} for the queue ${QUEUE}`);
  const answer = Answer.parse(await response.json());
  return {
    ready: answer.messages_ready,
    unacked: answer.messages_unacknowledged,
    consumers: answer.consumers,
  };
}
