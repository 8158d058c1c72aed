import { type FileRow, getFile } from '../files/ledger.ts';
import { type Claim, claimFile, handBack, settleWrong, unlockFile } from '../files/settle.ts';
import { type Client, isDatabaseError, withConnection } from '../platform/database.ts';
import { pause } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import { StorageError } from '../storage/storage.ts';
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
/** Postgres may learn of a consumer's death later than the broker, which has delivered the message anew: so long at most. */
const OWNER_GONE_SECONDS = 5;
const LOCK_EVERY_SECONDS = 0.1;

/**
 * Loads the file that a message names. The ledger decides: a file that is settled is only acked, one that another
 * consumer is alive to load is left to it.
 */
export async function takeMessage(fileId: string, taking: Taking): Promise<Answer> {
  const { pool, log } = taking;
  let attempt = 1;
  let answer: Answer;
  try {
    answer = await withConnection(pool, async ({ client }) => {
      const claim = await claimUnlessOwned(client, fileId, taking.stopping);
      if (!claim.locked) {
        if (taking.stopping.aborted) return 'requeue';
        log.info({ file_id: fileId }, 'another consumer is loading the file');
        return 'ack';
      }
      try {
        const { file } = claim;
        attempt = file?.attempts ?? attempt;
        if (!file) return await answerSettled(client, fileId);
        return await taking.metrics.busy(() => attemptLoad(client, file, taking));
      } finally {
        // Where the connection is lost, the lock is gone with it.
        await unlockFile(client, fileId).catch(() => {});
      }
    });
  } catch (error) {
    log.warn({ err: error, file_id: fileId }, 'the database was lost: the ledger will decide');
    answer = 'requeue';
  }
  if (answer === 'requeue') await backOff(attempt, taking);
  return answer;
}

/** Where the file's lock is not had, whoever has it lives, or `stopping` was aborted. */
async function claimUnlessOwned(client: Client, fileId: string, stopping: AbortSignal): Promise<Claim> {
  const until = performance.now() + OWNER_GONE_SECONDS * 1000;
  for (;;) {
    const claim = await claimFile(client, fileId);
    if (claim.locked || stopping.aborted || performance.now() > until) return claim;
    await pause(LOCK_EVERY_SECONDS, stopping);
  }
}

/** A failed file whose message comes once more belongs to the dead letters; any other settled file needs nothing. */
async function answerSettled(client: Client, fileId: string): Promise<Answer> {
  return (await getFile(client, fileId))?.state === 'failed' ? 'dead' : 'ack';
}

async function attemptLoad(client: Client, file: FileRow, taking: Taking): Promise<Answer> {
  const { log, metrics, maxAttempts } = taking;
  const labels = { client: file.client, file_type: file.file_type };
  const giveUp = async (message: string): Promise<Answer> => {
    await settleWrong(client, file.id, 'failed', { reason: 'load_failed', message });
    metrics.gaveUp(labels);
    return 'dead';
  };
  if (file.attempts > maxAttempts) {
    log.error({ file_id: file.id, ...labels }, 'given up: the file ended every consumer that tried it');
    return giveUp(
      `Given up: ${maxAttempts} attempts ended with the consumer or its connection. Ask for a retry.`,
    );
  }
  const started = performance.now();
  try {
    const outcome = await loadFile(client, file, taking);
    const seconds = (performance.now() - started) / 1000;
    metrics.settled(labels, outcome, file.size_bytes, seconds);
    log.info({ file_id: file.id, ...labels, ...outcome, seconds }, 'file settled');
    return outcome.state === 'failed' ? 'dead' : 'ack';
  } catch (error) {
    // Fails, and so ends up with the caller, where the connection is what was lost.
    await client.query('rollback');
    const last = file.attempts >= maxAttempts;
    log.warn({ err: error, file_id: file.id, ...labels, attempt: file.attempts, last }, 'the load failed');
    const message = explain(error);
    if (last)
      return giveUp(
        `${message} Given up after ${file.attempts} attempts; ask for a retry once that is mended.`,
      );
    await handBack(client, file.id, message);
    return 'requeue';
  }
}

async function backOff(attempt: number, taking: Taking): Promise<void> {
  const seconds = Math.min(MAX_RETRY_SECONDS, taking.retryBaseSeconds * 2 ** (attempt - 1));
  await pause(seconds, taking.stopping);
}

/** What went wrong, for the ledger: never a value of the file. */
function explain(error: unknown): string {
  if (isDatabaseError(error)) return `The database refused the load (SQLSTATE ${error.code}).`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'The stored bytes are not there.';
  if (code === 'ENOSPC') return 'There is no space left.';
  if (error instanceof StorageError)
    return code === 'EAGAIN' ? 'The storage is out of reach.' : 'The storage refuses to give the bytes.';
  return `The load failed (${error instanceof Error ? error.name : 'unknown'}${code ? `, ${code}` : ''}).`;
}
