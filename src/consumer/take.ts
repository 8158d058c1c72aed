import { setTimeout as delay } from 'node:timers/promises';
import { getFile } from '../files/ledger.ts';
import { claimFile, handBack, lockFile, settleWrong, unlockFile } from '../files/settle.ts';
import { isDatabaseError } from '../platform/database.ts';
import { type Log, loggableError } from '../platform/log.ts';
import { type Loading, loadFile } from './load-file.ts';
import type { ConsumerMetrics } from './metrics.ts';
import type { Answer } from './subscription.ts';

export interface Taking extends Loading {
  log: Log;
  metrics: ConsumerMetrics;
  maxAttempts: number;
  /** Wait before the second attempt, in seconds; doubled with each further one. */
  retryBaseSeconds: number;
  stopping: AbortSignal;
}

/** Longest wait between two attempts, in seconds. */
const MAX_RETRY_SECONDS = 60;

/**
 * Loads the file that a message names. The ledger decides: a file that is settled is only acked, one that another
 * connection loads right now is left to it.
 */
export async function takeMessage(fileId: string, taking: Taking): Promise<Answer> {
  const { pool, log } = taking;
  const client = await pool.connect().catch((error: unknown) => error as Error);
  if (client instanceof Error) {
    log.warn({ err: client, file_id: fileId }, 'no database: the message goes back');
    await backOff(1, taking);
    return 'requeue';
  }
  let broken: Error | undefined;
  // A connection that is lost in mid load says so by an event as well; unheard, that would end the process.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    if (!(await lockFile(client, fileId))) {
      log.info({ file_id: fileId }, 'another consumer is loading the file');
      return 'ack';
    }
    try {
      const file = await claimFile(client, fileId);
      if (!file) {
        // A failed file's message was delivered once more: it belongs to the dead letters.
        const settled = await getFile(client, fileId);
        return settled?.state === 'failed' ? 'dead' : 'ack';
      }
      const labels = { client: file.client, file_type: file.file_type };
      const started = performance.now();
      try {
        const outcome = await loadFile(client, file, taking);
        const seconds = (performance.now() - started) / 1000;
        taking.metrics.settled(labels, outcome, file.size_bytes, seconds, file.received_at);
        log.info({ file_id: fileId, ...labels, ...outcome, seconds }, 'file settled');
        return outcome.state === 'failed' ? 'dead' : 'ack';
      } catch (error) {
        if (broken) throw error;
        await client.query('rollback');
        const last = file.attempts >= taking.maxAttempts;
        log.warn({ err: error, file_id: fileId, ...labels, attempt: file.attempts, last }, 'the load failed');
        const message = explain(error);
        if (last) {
          await settleWrong(client, fileId, 'failed', {
            reason: 'load_failed',
            message: `${message} Given up after ${file.attempts} attempts; ask for a retry once that is mended.`,
          });
          taking.metrics.gaveUp(labels);
          return 'dead';
        }
        await handBack(client, fileId, message);
        await unlockFile(client, fileId);
        await backOff(file.attempts, taking);
        return 'requeue';
      }
    } finally {
      if (!broken) await unlockFile(client, fileId).catch(onError);
    }
  } catch (error) {
    broken ??= error as Error;
    log.warn(
      { err: loggableError(error), file_id: fileId },
      'the connection was lost: the ledger will decide',
    );
    await backOff(1, taking);
    return 'requeue';
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function backOff(attempt: number, taking: Taking): Promise<void> {
  const seconds = Math.min(MAX_RETRY_SECONDS, taking.retryBaseSeconds * 2 ** (attempt - 1));
  await delay(seconds * 1000, undefined, { signal: taking.stopping }).catch(() => {});
}

/** What went wrong, for the ledger: never a value of the file. */
function explain(error: unknown): string {
  if (isDatabaseError(error)) return `The database refused the load (SQLSTATE ${error.code}).`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'The stored bytes are not there.';
  if (code === 'ENOSPC') return 'There is no space left.';
  return `The load failed (${error instanceof Error ? error.name : 'unknown'}${code ? `, ${code}` : ''}).`;
}
