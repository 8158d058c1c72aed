import type { ConfirmChannel } from 'amqplib';
import { type Pool, prepared, transaction } from '../platform/database.ts';
import { faults } from '../platform/fault-points.ts';
import { EXCHANGE, encodeMessage } from './topology.ts';

interface OutboxRow {
  id: number;
  file_id: string;
  routing_key: string;
}

const TAKE = prepared(`
  select id, file_id, routing_key from ingest.outbox order by id limit $1 for update skip locked`);
const REMOVE = prepared('delete from ingest.outbox where id = any($1::bigint[])');

/** The broker has no queue for messages: somebody deleted it. They stay in the outbox. */
export class Unroutable extends Error {
  override name = 'Unroutable';

  constructor(count: number) {
    super(`the exchange ${EXCHANGE} has no queue for ${count} messages`);
  }
}

/** Messages published in one transaction; where fewer were, no more are waiting. */
export const BATCH = 200;
/** A broker that neither confirms nor refuses for so long is taken for lost. */
const CONFIRM_DEADLINE_MS = 30_000;

/**
 * Publishes what waits in the outbox, persistent and mandatory, and removes a row once the broker has confirmed it and
 * found a queue for it. Several relays may run at once.
 * @returns how many messages were published
 * @throws Unroutable where the queue is gone: declare the topology again
 */
export async function relayOutbox(pool: Pool, channel: ConfirmChannel): Promise<number> {
  const { published, unroutable } = await transaction(pool, async (client) => {
    const { rows } = await client.query<OutboxRow>(TAKE([BATCH]));
    if (rows.length === 0) return { published: 0, unroutable: 0 };
    const returned = new Set<string>();
    const onReturn = (message: { properties: { messageId?: string } }) => {
      if (message.properties.messageId) returned.add(message.properties.messageId);
    };
    channel.on('return', onReturn);
    const patience = deadline(channel);
    try {
      await Promise.race([Promise.all(rows.map((row) => publish(channel, row))), patience.passed]);
    } finally {
      patience.forget();
      channel.off('return', onReturn);
    }
    // A return comes before the confirm of its message.
    const published = rows.filter((row) => !returned.has(String(row.id)));
    await faults?.reach('relay.confirmed');
    await client.query(REMOVE([published.map((row) => row.id)]));
    return { published: published.length, unroutable: rows.length - published.length };
  });
  if (unroutable > 0) throw new Unroutable(unroutable);
  return published;
}

function publish(channel: ConfirmChannel, row: OutboxRow): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(
      EXCHANGE,
      row.routing_key,
      encodeMessage(row.file_id),
      { persistent: true, mandatory: true, contentType: 'application/json', messageId: String(row.id) },
      (error) => (error ? reject(error) : resolve()),
    );
  });
}

function deadline(channel: ConfirmChannel): { passed: Promise<never>; forget: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error('the broker did not confirm in time')),
    CONFIRM_DEADLINE_MS,
  );
  const onClose = () => reject(new Error('the channel closed before the broker confirmed'));
  channel.once('close', onClose);
  return {
    passed: promise,
    forget() {
      clearTimeout(timer);
      channel.off('close', onClose);
    },
  };
}
