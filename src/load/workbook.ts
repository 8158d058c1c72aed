import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HeaderCell } from '../files/columns.ts';
import type { RecordBatch } from './csv-records.ts';
import { FileRejected } from './rejection.ts';
import type { WorkbookAnswer, WorkbookTask } from './workbook-worker.ts';
import { checkWorkbookZip } from './zip.ts';

export interface WorkbookReading {
  cells: HeaderCell[];
  hasRows: boolean;
  batches(): AsyncGenerator<RecordBatch>;
  close(): Promise<void>;
}

const WRONG = {
  empty_file: 'The sheet of the workbook that is read is empty.',
  damaged_workbook:
    'The workbook cannot be read: it is damaged. Open it in Excel and save it again, or send CSV.',
  encrypted_workbook: 'The workbook is protected by a password. Save it without one.',
};

const missingSheet = (asked: string, sheets: number) =>
  new FileRejected(
    'missing_sheet',
    `The workbook has no sheet "${asked}", which this feed's rows are read from; it has ${sheets} ` +
      `${sheets === 1 ? 'sheet' : 'sheets'} of other names. Rename the sheet and send it again, or describe its name in the feed.`,
  );

/**
 * Opens the sheet that is asked for, or a workbook's first visible one. SheetJS parses all of it at once, so it works in a thread of its own, where
 * it neither holds up the other work of the process nor takes it down when memory runs out.
 * @throws FileRejected where the workbook is wrong
 */
export async function readWorkbook(
  bytes: Buffer,
  options: { headerOnly: boolean; maxBytes: number; sheet: string | undefined },
): Promise<WorkbookReading> {
  await checkWorkbookZip(bytes, options.maxBytes);
  const { headerOnly, sheet } = options;
  const task: WorkbookTask = { bytes, headerOnly, sheet };
  const worker = new Worker(new URL('./workbook-worker.ts', import.meta.url), { workerData: task });
  // One listener for all of its life: an error may come at any time, and rejects what is asked next, too.
  const failed = new Promise<never>((_, reject) =>
    worker.once('error', (error) => reject(asRejection(error))),
  );
  failed.catch(() => {});
  const ask = async (): Promise<WorkbookAnswer> => {
    const answered = once(worker, 'message') as Promise<[WorkbookAnswer]>;
    answered.catch(() => {});
    worker.postMessage('next');
    const [answer] = await Promise.race([answered, failed]);
    if (answer.kind === 'wrong')
      throw answer.code === 'missing_sheet'
        ? missingSheet(sheet!, answer.sheets)
        : new FileRejected(answer.code, WRONG[answer.code]);
    return answer;
  };
  try {
    const header = await ask();
    if (header.kind !== 'header') throw new Error('the workbook reader answered out of turn');
    return {
      cells: header.cells,
      hasRows: header.hasRows,
      async *batches() {
        for (;;) {
          const answer = await ask();
          if (answer.kind !== 'rows') throw new Error('the workbook reader answered out of turn');
          yield { rows: answer.rows, rejected: [] };
          if (answer.done) return;
        }
      },
      async close() {
        await worker.terminate();
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function asRejection(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new FileRejected('workbook_too_large', 'The workbook is too large to be read here. Send it as CSV.')
    : error;
}
