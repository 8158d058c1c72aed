import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { sweepStranded } from '../files/settle.ts';
import type { Pool } from '../platform/database.ts';
import { pause } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { type Broker, connectBroker } from '../queue/connection.ts';
import { BATCH, relayOutbox, Unroutable } from '../queue/relay.ts';
import { assertTopology, QUEUE } from '../queue/topology.ts';

/** A look into the outbox happens at least so often; an accepted file is a reason to look at once. */
const LOOK_EVERY_SECONDS = 1;
/** What a crash or a broken broker left is put right so often. */
const SWEEP_EVERY_SECONDS = 10;
/** A received file without a message may be in a consumer's hands for a moment before it shows as loading. */
const STRANDED_AFTER_SECONDS = 15;

export interface Relaying {
  /** Something was put into the outbox. */
  nudge(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** Keeps the broker in line with the ledger: publishes the outbox, and anew what the broker lost. */
export async function startRelay(at: Broker, pool: Pool, log: Log): Promise<Relaying> {
  const stop = new AbortController();
  let connected: ChannelModel | undefined;
  let channel: ConfirmChannel | undefined;
  let sweptAt = 0;
  let wake = () => {};
  let nudged = false;

  const declare = async (connection: ChannelModel): Promise<void> => {
    for (const queue of await assertTopology(connection))
      log.warn(
        { queue },
        'the queue is declared with other arguments; delete it while it is empty to renew it',
      );
  };
  const broker = await connectBroker(at, log, async (connection) => {
    await declare(connection);
    connection.on('close', () => {
      if (connected === connection) connected = undefined;
    });
    connected = connection;
    wake();
  });
  /** The channel, or a new one where the broker closed it because of an error. */
  const open = async (connection: ChannelModel): Promise<ConfirmChannel> => {
    if (channel) return channel;
    const opened = await connection.createConfirmChannel();
    opened.on('error', (error) => log.warn({ err: error }, 'the channel was closed'));
    opened.on('close', () => {
      if (channel === opened) channel = undefined;
    });
    channel = opened;
    return opened;
  };

  const look = async (connection: ChannelModel): Promise<void> => {
    try {
      while ((await relayOutbox(pool, await open(connection))) === BATCH);
      if (performance.now() - sweptAt < SWEEP_EVERY_SECONDS * 1000) return;
      sweptAt = performance.now();
      // A queue that somebody deleted is declared again. While messages wait, a received file has one among them.
      await declare(connection);
      if ((await (await open(connection)).checkQueue(QUEUE)).messageCount > 0) return;
      const swept = await sweepStranded(pool, STRANDED_AFTER_SECONDS);
      if (swept > 0) log.warn({ files: swept }, 'files without a message were published anew');
    } catch (error) {
      log.warn({ err: error }, 'the outbox was not emptied; it stays and will be tried again');
      if (error instanceof Unroutable)
        await declare(connection).catch((cause: unknown) =>
          log.warn({ err: cause }, 'the queue was not declared'),
        );
    }
  };
  const relaying = (async () => {
    while (!stop.signal.aborted) {
      nudged = false;
      if (connected) await look(connected);
      if (nudged) continue;
      const woken = new AbortController();
      wake = () => woken.abort();
      await pause(LOOK_EVERY_SECONDS, AbortSignal.any([stop.signal, woken.signal]));
      wake = () => {};
    }
  })();
  return {
    nudge() {
      nudged = true;
      wake();
    },
    async stop() {
      stop.abort();
      await relaying;
      await broker.close();
    },
  };
}
