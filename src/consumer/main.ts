import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { readFeeds } from '../files/feeds.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { listen, probesOnly } from '../platform/http.ts';
import { live } from '../platform/lifecycle.ts';
import { createRegistry } from '../platform/metrics.ts';
import { connectBroker } from '../queue/connection.ts';
import { assertTopology, decodeMessage, QUEUE } from '../queue/topology.ts';
import { openStorage } from '../storage/storage.ts';
import { ConsumerMetrics } from './metrics.ts';
import { type Taking, takeMessage } from './take.ts';

/** The consumer: takes messages, loads their files, acks after the commit. */
export const consumer = () =>
  live('consumer', async ({ log, stopping, onStop }) => {
    const config = readConfig(
      process.env,
      'postgres',
      'amqp',
      'storage',
      'feeds',
      'consumer',
      'workbook',
      'metrics',
    );
    const registry = createRegistry('consumer');
    const feeds = await readFeeds(config.FEEDS_DIR);
    const storage = await openStorage(config.STORAGE_URL);
    const pool = createPool(
      config,
      'consumer',
      (error) => log.warn({ err: error }, 'an idle database connection was lost'),
      config.CONSUMER_PREFETCH * 2 + 2,
    );
    onStop(() => pool.end());
    const taking: Taking = {
      log,
      stopping,
      pool,
      storage,
      feeds,
      metrics: new ConsumerMetrics(registry),
      maxWorkbookBytes: config.MAX_WORKBOOK_BYTES,
      maxAttempts: config.MAX_ATTEMPTS,
      retryBaseSeconds: config.RETRY_BASE_SECONDS,
    };

    const underWay = new Set<Promise<void>>();
    let consuming: { channel: Channel; tag: string } | undefined;
    const consume = async (connection: ChannelModel): Promise<void> => {
      const channel = await connection.createChannel();
      channel.on('error', (error) => log.warn({ err: error }, 'the channel was closed'));
      channel.on('close', () => {
        if (consuming?.channel === channel) consuming = undefined;
      });
      await assertTopology(channel);
      await channel.prefetch(config.CONSUMER_PREFETCH);
      const { consumerTag } = await channel.consume(QUEUE, (message) => {
        if (message === null) return void queueGone(connection, channel);
        const work = handle(channel, message, taking).finally(() => underWay.delete(work));
        underWay.add(work);
      });
      consuming = { channel, tag: consumerTag };
    };
    const queueGone = async (connection: ChannelModel, channel: Channel): Promise<void> => {
      log.warn('the queue was deleted; it is declared anew');
      consuming = undefined;
      // What is under way has its acks to send on this channel first; the broker knows them no more, but no harm is done.
      await Promise.allSettled(underWay);
      await channel.close().catch(() => {});
      // Where this fails the connection is lost too, and with its return consuming begins again.
      await consume(connection).catch((error: unknown) =>
        log.warn({ err: error }, 'consuming did not begin'),
      );
    };
    const broker = await connectBroker(config.AMQP_URL, log, consume);
    onStop(() => broker.close());
    // First no more work, then the work at hand to its end, then its acks on the way, then the rest.
    onStop(() => Promise.allSettled(underWay));
    onStop(() => consuming?.channel.cancel(consuming.tag).catch(() => {}));

    const server = await listen(
      probesOnly(registry, {
        database: () => pool.query('select 1'),
        broker: async () => {
          if (!consuming) throw new Error('not consuming');
        },
        storage: () => storage.check(),
      }),
      { host: config.METRICS_HOST, port: config.METRICS_PORT },
    );
    onStop(() => server.close());
  });

async function handle(channel: Channel, message: ConsumeMessage, taking: Taking): Promise<void> {
  try {
    const fileId = decodeMessage(message.content);
    if (!fileId) taking.log.error('a message names no file: to the dead letters');
    const answer = fileId ? await takeMessage(fileId, taking) : 'dead';
    if (answer === 'ack') channel.ack(message);
    else channel.nack(message, false, answer === 'requeue');
  } catch (error) {
    // The channel is gone, or the error is none that is known: the broker delivers again, the ledger decides.
    taking.log.warn({ err: error }, 'the message was not answered');
  }
}
