import type { ConfirmChannel } from 'amqplib';
import { sweepStranded } from '../files/settle.ts';
import type { Pool } from '../platform/database.ts';
import { pause } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { connectBroker } from '../queue/connection.ts';
import { relayOutbox, Unroutable } from '../queue/relay.ts';
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
export async function startRelay(amqpUrl: string, pool: Pool, log: Log): Promise<Relaying> {
  const stop = new AbortController();
  let channel: ConfirmChannel | undefined;
  let wake = () => {};
  let nudged = false;
  const broker = await connectBroker(amqpUrl, log, async (connection) => {
    const opened = await connection.createConfirmChannel();
    opened.on('error', (error) => log.warn({ err: error }, 'the channel was closed'));
    opened.on('close', () => {
      if (channel === opened) channel = undefined;
    });
    await assertTopology(opened);
    channel = opened;
    wake();
  });

  const look = async (open: ConfirmChannel): Promise<void> => {
    try {
      while ((await relayOutbox(pool, open)) > 0);
    } catch (error) {
      log.warn({ err: error }, 'the outbox was not emptied; it stays and will be tried again');
      if (error instanceof Unroutable) await assertTopology(open);
    }
  };
  let sweptAt = 0;
  const sweep = async (open: ConfirmChannel): Promise<void> => {
    if (performance.now() - sweptAt < SWEEP_EVERY_SECONDS * 1000) return;
    sweptAt = performance.now();
    // While messages wait, a received file has most likely one among them.
    if ((await open.checkQueue(QUEUE)).messageCount > 0) return;
    const swept = await sweepStranded(pool, STRANDED_AFTER_SECONDS);
    if (swept > 0) log.warn({ files: swept }, 'files without a message were published anew');
  };

  const relaying = (async () => {
    while (!stop.signal.aborted) {
      nudged = false;
      const open = channel;
      if (open) {
        await look(open);
        await sweep(open).catch((error: unknown) => log.warn({ err: error }, 'the sweep failed'));
      }
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
