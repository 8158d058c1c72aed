import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient, type FileAnswer, type RunAnswer } from './api-client.ts';
import { differingFigures, differingFile } from './compare.ts';
import { type Ledger, openLedger } from './figures.ts';
import { type Manifest, SAMPLES, type SampleFile } from './manifest.ts';
import { addressesOf, type Pipeline } from './pipeline.ts';
import { untilSettled } from './settled.ts';
import { runSteps } from './steps.ts';
import { showSummary } from './summary.ts';

/** The samples could not be brought through. */
export class DemoError extends Error {
  override name = 'DemoError';
}

/** How long nothing at all may move before the demo gives up, in milliseconds: longer than any retry's pause. */
const PATIENCE_MS = 10 * 60_000;
const POLL_MS = 500;

export interface DemoOptions {
  manifest: Manifest;
  pipeline: Pipeline;
  /** When it all began, by `Date.now()`. */
  startedAt: number;
  signal: AbortSignal;
}

/** A sample file and the file that Waymark made of it. */
interface Sent {
  sample: SampleFile;
  id: string;
  /** Whether it was there already. */
  held: boolean;
}

/**
 * Sends the sample files, waits until they are in the marts, and shows what came of them.
 * @returns whether all of it is as the manifest says
 */
export async function runDemo({ manifest, pipeline, startedAt, signal }: DemoOptions): Promise<boolean> {
  const api = createApiClient({ url: pipeline.apiUrl, token: pipeline.apiToken, signal });
  const ledger = await openLedger(pipeline.settings);
  try {
    const sent: Sent[] = [];
    let files: FileAnswer[] = [];
    let run: RunAnswer | undefined;
    const ids = () => [...new Set(sent.map(({ id }) => id))];
    const runBefore = await api.newestRun();

    await runSteps([
      ...manifest.sets.map((set) => ({
        title: `Send sample set ${set.set} (${set.files.length} files)`,
        work: async (onLine: (line: string) => void) => {
          for (const sample of set.files) {
            onLine(basename(sample.path));
            sent.push(await send(sample, api, ledger));
          }
        },
      })),
      {
        title: 'Load them into the export tables',
        work: async (onLine) => {
          const onProgress = (settled: number, all: number) =>
            onLine(`${settled} of ${all} files are settled`);
          files = await untilSettled(api, ids(), { signal, onProgress, patienceMs: PATIENCE_MS });
        },
      },
      {
        title: 'Run dbt: clean, normalize, union, marts',
        work: async (onLine) => {
          run = await untilMaterialized(api, ids(), { runBefore, onLine, signal });
          files = await untilSettled(api, ids(), { signal });
        },
      },
    ]);

    const rejected = await ledger.rejected(ids());
    const figures = await ledger.figures();
    const comparable = await ledger.figures(manifest.as_of_date.slice(0, 'YYYY-MM'.length));
    const byId = new Map(files.map((file) => [file.id, { ...file, rejected: rejected.get(file.id) ?? {} }]));
    const others = (await ledger.seen()).filter((file) => !byId.has(file.id));
    const wrong = [
      ...sent.flatMap(({ sample, id }) => differingFile(sample, byId.get(id)!)),
      // Files that somebody else sent are in the marts, too: then nobody knows what is to be expected.
      ...(others.length === 0 ? differingFigures(comparable, manifest.expected.after_set_2) : []),
      ...(run === undefined || run.summary === null ? ['dbt: there is no run with a summary'] : []),
    ];
    showSummary({
      files,
      figures,
      run,
      wrong,
      others: others.length,
      held: sent.filter(({ held }) => held).length,
      sent: sent.length,
      addresses: addressesOf(pipeline),
      seconds: (Date.now() - startedAt) / 1000,
    });
    return wrong.length === 0;
  } finally {
    await ledger.close();
  }
}

/**
 * Sends one file, unless its bytes were replaced by a later file already: sent again, they would count as the newest
 * and replace that one.
 */
async function send(sample: SampleFile, api: ApiClient, ledger: Ledger): Promise<Sent> {
  const path = `${SAMPLES}/${sample.path}`;
  const sha256 = await sha256Of(path);
  const replaced = (await ledger.seen()).findLast(
    (file) =>
      file.sha256 === sha256 &&
      file.client === sample.client &&
      file.file_type === sample.file_type &&
      file.period === sample.period,
  );
  if (replaced?.state === 'superseded') return { sample, id: replaced.id, held: true };
  const answer = await api.send(path);
  if (answer.outcome === 'refused')
    throw new DemoError(`The API refuses ${sample.path} (${answer.status}): ${answer.reason}`);
  return { sample, id: answer.file.id, held: answer.outcome === 'held' };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipe(createReadStream(path), hash);
  return hash.digest('hex');
}

interface Materialization {
  /** The newest run before anything was sent: its failure is an old story. */
  runBefore: RunAnswer | undefined;
  onLine: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Waits until every loaded file is in the marts; where they all are, as nothing is new, it waits for nothing.
 * @returns the run that the marts come from
 * @throws DemoError if dbt fails
 */
async function untilMaterialized(
  api: ApiClient,
  ids: string[],
  { runBefore, onLine, signal }: Materialization,
): Promise<RunAnswer | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const files = await Promise.all(ids.map((id) => api.file(id)));
    const run = await api.newestRun();
    const waiting = files.filter((file) => file.state === 'loaded' && file.run_id === null).length;
    if (waiting === 0 && run?.state === 'succeeded') return run;
    if (run?.state === 'failed' && run.id !== runBefore?.id)
      throw new DemoError(`dbt failed. ${failureOf(run)}`);
    if (Date.now() > deadline)
      throw new DemoError(`${waiting} loaded files are not in the marts, and no run brings them.`);
    onLine(run?.state === 'running' ? 'dbt is running' : 'waiting until no more files arrive');
    await delay(POLL_MS, undefined, { signal });
  }
}

function failureOf(run: RunAnswer): string {
  const failing = run.summary?.failing ?? [];
  const what = failing.length > 0 ? `Failing: ${failing.join(', ')}. ` : '';
  return `${what}${run.message ?? ''}\nMore is in .waymark/log/transform.log.`;
}
