import { Worker } from 'node:worker_threads';
import type { HeaderCell } from '../../files/columns.ts';
import { refused } from '../workbook/refusals.ts';
import type { Answer, Task } from './worker.ts';

/** Nobody writes `.xls` for what is large: a sheet of it ends after 65,536 rows. */
export const MAX_OLD_WORKBOOK_BYTES = 8 * 1024 * 1024;
/** What the worker's objects may take, and how long it may: a workbook of the largest size takes some two seconds. */
const LIMITS = { heapMb: 256, ms: 60_000 };

export interface OldWorkbook {
  cells: HeaderCell[];
  /** Every row after the header that holds a value. */
  rows: { rowNumber: number; fields: (string | null)[] }[];
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Reads a sheet of an old workbook, `.xls`, by SheetJS, which holds all of it: in a thread of its own, with its memory and time
 * limited, and one after the other.
 * @throws FileRejected
 */
export function readOldWorkbook(task: Task, limits = LIMITS): Promise<OldWorkbook> {
  const reading = last.then(() => readInWorker(task, limits));
  last = reading.catch(() => {});
  return reading;
}

async function readInWorker(task: Task, { heapMb, ms }: typeof LIMITS): Promise<OldWorkbook> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  worker.once('message', resolve).once('error', reject);
  worker.once('exit', () => reject(new Error('the reader of old workbooks ended without an answer')));
  const overdue = setTimeout(() => reject(refused.oldTooMuch()), ms);
  try {
    const answer = await promise;
    if ('wrong' in answer) throw REFUSALS[answer.wrong](task.sheet ?? '', answer.sheets);
    return answer;
  } catch (error) {
    const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    throw outOfMemory ? refused.oldTooMuch() : error;
  } finally {
    clearTimeout(overdue);
    await worker.terminate();
  }
}

const REFUSALS = {
  damaged: () => refused.damaged('it cannot be read'),
  empty: refused.empty,
  encrypted: refused.encrypted,
  missingSheet: refused.missingSheet,
  unreadable: refused.unreadable,
  notWorkbook: () => refused.otherWorkbook('an old Office document or a program’s package'),
};
