import { QUICK, type SmallFilesRun, smallFiles, USUAL } from './flow/small-files.ts';
import { QUICK as QUICK_UPLOAD, type UploadRun, USUAL as USUAL_UPLOAD, upload } from './flow/upload.ts';
import type { Run } from './load/measure.ts';
import type { Options } from './options.ts';

/** As many small files as show a steady pace, and no more. */
const SMALL_FILES = 3000;
/** Files that the ledger has beforehand. */
const LEDGERS = [10, 1000, 20_000];
const FILES_A_LEDGER = 1000;

/** What goes through the whole of it, from the API to the tables: many small files, and one large upload. */
export async function measureFlow(
  { quick, rounds }: Options,
  wanted: (name: string) => boolean,
  say: (run: Run) => void,
): Promise<Run[]> {
  const runs: Run[] = [];
  const add = (run: Run) => {
    say(run);
    runs.push(run);
  };
  if (wanted('small_files')) {
    const usual = quick ? QUICK : { ...USUAL, files: SMALL_FILES };
    await smallFiles(usual, { say: (run) => add(runOf(run)) });
  }
  if (wanted('upload')) {
    const usual = { ...(quick ? QUICK_UPLOAD : USUAL_UPLOAD), rounds };
    await upload(usual, { say: (run) => add(runOfUpload(run)) });
  }
  return runs;
}

/** The same with a ledger that has files already. */
export async function measureLedgers({ quick }: Options, say: (run: Run) => void): Promise<Run[]> {
  const runs: Run[] = [];
  for (const ledger of quick ? LEDGERS.slice(0, 2) : LEDGERS) {
    const usual = quick ? { ...QUICK, files: 100 } : { ...USUAL, files: FILES_A_LEDGER };
    const found = await smallFiles({ ...usual, ledger });
    for (const each of found.runs) {
      const run = { ...runOf(each), case: 'growth_ledger', name: String(ledger) };
      say(run);
      runs.push(run);
    }
  }
  return runs;
}

/** A run whose rows are files. */
const runOf = ({ command, files, seconds, peak_rss_mb, load }: SmallFilesRun): Run => ({
  ...{ case: 'small_files', name: 'waymark', commands: [command.join(' ')], rows: files, bytes: 0, load },
  ms: Math.round(seconds * 1000),
  rss_mb: peak_rss_mb.consumer ?? null,
});

/** A run without rows: nobody has looked at them yet. */
const runOfUpload = ({ command, bytes, seconds, rss_mb, load, name }: UploadRun): Run => ({
  ...{ case: 'upload', name, commands: [command.join(' ')], rows: 0, bytes, load },
  ms: Math.round(seconds * 1000),
  rss_mb,
});
