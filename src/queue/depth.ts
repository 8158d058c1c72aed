import { z } from 'zod';
import { askManagement } from './management.ts';
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

/** A queue, and where and as whom its depth is asked for. */
export interface ManagedQueue {
  /** The management API, http or https. */
  managementUrl: string;
  username: string;
  password: string;
  vhost: string;
  name: string;
  /** Certificates that may sign the server's. */
  ca?: string | undefined;
}

/** The management API's usual place: the broker's host, port 15672. */
export function managementBeside(amqpUrl: string): string {
  const { protocol, hostname } = new URL(amqpUrl);
  return protocol === 'amqps:' ? `https://${hostname}:15671` : `http://${hostname}:15672`;
}

/** The queue of files on the broker that the AMQP URL names; names in the management URL, if there are any, win. */
export function managedQueue(managementUrl: string, amqpUrl: string, ca?: string): ManagedQueue {
  const amqp = new URL(amqpUrl);
  const base = new URL(managementUrl);
  return {
    managementUrl,
    username: decodeURIComponent(base.username || amqp.username || 'guest'),
    password: decodeURIComponent(base.password || amqp.password || 'guest'),
    vhost: amqp.pathname.length > 1 ? decodeURIComponent(amqp.pathname.slice(1)) : '/',
    name: QUEUE,
    ca,
  };
}

/**
 * Asks the management API of the broker; AMQP itself tells of ready messages only.
 * @throws where it cannot be asked, or its statistics are not there yet: missing is not 0
 */
export async function readQueueDepth(queue: ManagedQueue): Promise<QueueDepth> {
  const base = new URL(queue.managementUrl);
  const names = `${encodeURIComponent(queue.vhost)}/${encodeURIComponent(queue.name)}`;
  const path = `${base.pathname.replace(/\/$/, '')}/api/queues/${names}`;
  const { username, password, ca } = queue;
  const { status, text } = await askManagement({ url: new URL(path, base.origin), username, password, ca });
  if (status !== 200) throw new Error(`the management API answered ${status} for the queue ${queue.name}`);
  const answer = Answer.parse(JSON.parse(text));
  return {
    ready: answer.messages_ready,
    unacked: answer.messages_unacknowledged,
    consumers: answer.consumers,
  };
}
