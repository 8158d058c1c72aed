import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dashboard, expressions } from '../../cdk8s/dashboard.ts';
import type { FileAnswer } from '../../src/dev/api-client.ts';
import { differingFigures, differingFile } from '../../src/dev/compare.ts';
import { openLedger } from '../../src/dev/figures.ts';
import { readManifest, SAMPLES } from '../../src/dev/manifest.ts';
import { PROJECT } from '../../src/dev/paths.ts';
import { untilSettled } from '../../src/dev/settled.ts';
import { RUN_LABEL, TRANSFORMATION_LABEL } from '../../src/operator/transformation.ts';
import { until } from '../setup/until.ts';
import { Installation, type Job } from './installation.ts';
import { applyCrds, Namespace, removeCrds, waymark } from './kube.ts';
import { openPrometheus, type Prometheus } from './prometheus.ts';
import { type ReplicaWatch, watchReplicas } from './watch.ts';

// The chart on a real cluster, from `helm install` to the marts, and what happens when pods die on the way. The tests are
// the steps of one story: each begins where the one before it ended.

const MINUTE_MS = 60_000;
/** A small machine runs everything at once here. */
const PATIENCE_MS = 5 * MINUTE_MS;
const CHART = `${PROJECT}/charts/waymark`;
const VALUES = `${PROJECT}/test/e2e/values.yaml`;
/** Months for which the big workbook is sent: so many files outlast several periods of the autoscaler, as values.yaml slows consumers. */
const BACKLOG_MONTHS = 9;
/** So many that one load takes longer than the kubelet's last grace for a pod that is deleted by force: 2 s. */
const BACKLOG_ROWS = 100_000;

let namespace: Namespace;
let folder: string;
let first: Installation;
let consumers: ReplicaWatch;
let prometheus: Prometheus;
let crdWasThere = true;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waymark-e2e-'));
  prometheus = await openPrometheus();
  // Helm leaves a CRD of another version as it is.
  crdWasThere = await applyCrds(`${CHART}/crds`);
  namespace = await Namespace.create(`waymark-e2e-${process.pid}`);
  first = new Installation(namespace, 'waymark', PATIENCE_MS);
});

afterAll(async () => {
  await consumers?.stop().catch(() => {});
  await first?.close();
  prometheus?.close();
  await namespace?.remove();
  if (!crdWasThere) await removeCrds(`${CHART}/crds`);
  await rm(folder, { recursive: true, force: true });
}, 4 * MINUTE_MS);

/** Seconds that a step took, for the table at the end. */
const figures: Record<string, string> = {};
const secondsSince = (started: number) => `${Math.round((Date.now() - started) / 1000)} s`;
const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const started = Date.now();
  const result = await work();
  figures[what] = secondsSince(started);
  return result;
};

const consumersWanted = async () =>
  (await namespace.get('deployment', 'waymark-consumer')).spec.replicas as number;

const noConsumer = () =>
  until(async () => (await consumersWanted()) === 0, 'the consumers to go', PATIENCE_MS);

const transformation = () => namespace.get('transformation', 'waymark');
// biome-ignore lint/suspicious/noExplicitAny: an object of the API server.
const condition = (object: any, type: string) =>
  object.status?.conditions?.find((one: { type: string }) => one.type === type);

test(
  'helm install brings everything up, and migrates the ledger',
  async () => {
    await timed('helm install --wait', () =>
      namespace.helm('install', 'waymark', CHART, '--values', VALUES, '--wait', '--timeout', '5m'),
    );
    const { items } = await namespace.get('deployments,statefulsets');
    console.log(`  ${items.map((item: Job) => item.metadata.name).join(', ')}`);
    await first.connect();
    expect((await first.db.query('select count(*)::int as n from ingest.file')).rows).toEqual([{ n: 0 }]);
  },
  6 * MINUTE_MS,
);

test(
  'while nothing waits there is no consumer, and Prometheus asks the others',
  async () => {
    await noConsumer();
    // What grows before Prometheus first asks has, to it, never grown.
    for (const metric of ['waymark_files', 'waymark_runs_total'])
      await until(
        async () => (await prometheus.query(`${metric}{namespace="${namespace.name}"}`)).length > 0,
        `Prometheus to have ${metric}`,
        PATIENCE_MS,
      );
    consumers = watchReplicas(namespace, 'waymark-consumer');
  },
  PATIENCE_MS,
);

test(
  'the sample sets come out in the marts as their manifest says, by one Job',
  async () => {
    const run = await timed('both sample sets: sent → in the marts', async () => {
      console.log(await waymark(['load', 'samples/set-1', 'samples/set-2'], first.env));
      return first.materialized();
    });
    expect(run.summary?.tests.failed).toBe(0);
    const made = await first.jobs();
    expect(made.map((job) => job.metadata.labels[RUN_LABEL])).toEqual(
      (await first.runs()).map(({ id }) => id),
    );
    expect(made).toHaveLength(1);
    console.log(`  Jobs: ${made.map((job) => job.metadata.name).join(', ')}`);

    const manifest = readManifest();
    const ledger = await openLedger(first.settings);
    try {
      // Marts by month go on to the day of the run; the manifest's figures end with its own day.
      const figures = await ledger.figures(manifest.as_of_date.slice(0, 'YYYY-MM'.length));
      expect(differingFigures(figures, manifest.expected.after_set_2)).toEqual([]);
      const seen = await ledger.seen();
      const files = await first.api.files();
      const rejected = await ledger.rejected(files.map(({ id }) => id));
      for (const sample of manifest.sets.flatMap((set) => set.files)) {
        const sha256 = createHash('sha256')
          .update(await readFile(join(SAMPLES, sample.path)))
          .digest('hex');
        const held = seen.find((one) => one.sha256 === sha256 && one.period === sample.period)!;
        const file = files.find(({ id }) => id === held.id)!;
        expect(differingFile(sample, { ...file, rejected: rejected.get(file.id) ?? {} })).toEqual([]);
      }
    } finally {
      await ledger.close();
    }
  },
  2 * PATIENCE_MS,
);

test('the Transformation tells the story', async () => {
  const told = await until(async () => {
    const object = await transformation();
    return condition(object, 'LastRunSucceeded')?.status === 'True' ? object : undefined;
  }, 'the status of the last run');
  const [run] = await first.runs();
  expect(told.status.observedGeneration).toBe(told.metadata.generation);
  expect(condition(told, 'Ready')).toMatchObject({ status: 'True' });
  expect(condition(told, 'Running')).toMatchObject({ status: 'False' });
  expect(told.status.lastRun).toMatchObject({
    run: run!.id,
    job: (await first.jobs())[0]!.metadata.name,
    outcome: 'succeeded',
  });
  expect(told.status.pendingFiles).toBe(0);
  expect(told.status.queue).toMatchObject({ ready: 0, unacked: 0 });
  console.log(await namespace.kubectl('get', 'tfm', '--output', 'wide'));
  console.log(await namespace.kubectl('describe', 'tfm', 'waymark'));
  expect(await namespace.kubectl('explain', 'transformation.spec.drain')).toMatch(
    /stabilizationSeconds[\s\S]*maxDelaySeconds|maxDelaySeconds[\s\S]*stabilizationSeconds/,
  );
});

test('the dbt docs of the run are served', async () => {
  const page = await (await fetch(await first.way('docs', 8080))).text();
  expect(page).toContain('claim_line');
  expect(page.length).toBeGreaterThan(500_000);
});

test(
  'every panel of the dashboard has data',
  async () => {
    const panels = expressions(dashboard, { namespace: namespace.name, rateInterval: '1m' });
    expect(panels.length).toBeGreaterThan(20);
    const shown: Record<string, unknown>[] = [];
    for (const { panel, expr } of panels) {
      const series = await until(async () => {
        const found = await prometheus.query(expr);
        return found.length > 0 ? found : undefined;
      }, `data of the panel "${panel}": ${expr}`);
      expect(
        series.filter(({ value }) => !Number.isFinite(value)),
        panel,
      ).toEqual([]);
      shown.push({ panel, series: series.length, 'first value': series[0]!.value });
    }
    console.table(shown);
  },
  PATIENCE_MS,
);

/** A file that a consumer has just begun to load, and the address of its pod: it holds the file's lock. */
const BEING_LOADED = `
  select f.id as file, host(a.client_addr) as ip
    from ingest.file f
    join pg_locks l on l.locktype = 'advisory' and l.granted
     and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended('waymark.file:' || f.id, 0)
    join pg_stat_activity a on a.pid = l.pid
   where f.state = 'loading' and f.loading_at > clock_timestamp() - interval '1 second'
     and a.application_name = 'waymark-consumer'
   limit 1`;

/**
 * Kills a consumer that has just begun to load a file. @returns the file, once another attempt at it has begun; undefined
 * where the load had ended before the kill arrived
 */
async function cutOffALoad(): Promise<string | undefined> {
  const { file, pod } = await until(
    async () => {
      const [loading] = (await first.owner.query<{ file: string; ip: string }>(BEING_LOADED)).rows;
      if (!loading) return undefined;
      const { items } = await namespace.get('pods', '--selector', 'app.kubernetes.io/component=consumer');
      const pod = items.find(({ status }: { status: { podIP?: string } }) => status.podIP === loading.ip);
      return pod && { file: loading.file, pod };
    },
    'a file whose load has just begun',
    PATIENCE_MS,
  );
  console.log(`  killing ${pod.metadata.name}, which is loading a file`);
  await namespace.kubectl('delete', 'pod', pod.metadata.name, '--grace-period=0', '--force');
  const seen = await until(
    async () => {
      const query = 'select attempts, state from ingest.file where id = $1';
      const [row] = (await first.db.query<{ attempts: number; state: string }>(query, [file])).rows;
      return (row!.attempts > 1 || row!.state === 'loaded') && row;
    },
    'the file of the killed consumer to be taken up again',
    PATIENCE_MS,
  );
  return seen.attempts > 1 ? file : undefined;
}

let backlog: FileAnswer[];
let backlogSentAt: number;

test(
  'a backlog brings more consumers, one of which is killed in mid load',
  async () => {
    await noConsumer();
    const big = execFileSync(
      process.execPath,
      [
        `${SAMPLES}/generate.ts`,
        '--rows',
        String(BACKLOG_ROWS),
        '--client',
        'client_a',
        '--type',
        'claims',
        '--format',
        'xlsx',
        '--out',
        folder,
      ],
      { encoding: 'utf8' },
    ).trim();
    const months = join(folder, 'months');
    await mkdir(months);
    for (let month = 1; month <= BACKLOG_MONTHS; month++)
      await link(big, join(months, `Patient-claim-clientA-2024${String(month).padStart(2, '0')}.xlsx`));
    expect(await readdir(months)).toHaveLength(BACKLOG_MONTHS);
    const before = new Set((await first.api.files()).map(({ id }) => id));
    const stepsBefore = consumers.steps.length;
    backlogSentAt = Date.now();
    await waymark(['load', '--no-wait', months], first.env);
    backlog = (await first.api.files()).filter(({ id }) => !before.has(id));
    expect(backlog).toHaveLength(BACKLOG_MONTHS);

    await until(async () => consumers.most(stepsBefore) > 1, 'more than one consumer', PATIENCE_MS);
    figures['backlog: sent → more than one consumer ready'] = secondsSince(backlogSentAt);
    let victim: string | undefined;
    while (victim === undefined) victim = await cutOffALoad();
    const settled = await untilSettled(
      first.api,
      backlog.map(({ id }) => id),
      {
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
    );
    figures[`backlog: sent → ${BACKLOG_MONTHS} files of ${BACKLOG_ROWS} rows loaded`] =
      secondsSince(backlogSentAt);
    // Of the attempt that was cut off nothing is left but its number.
    const { rows } = await first.db.query('select attempts from ingest.file where id = $1', [victim]);
    expect(rows[0].attempts).toBeGreaterThan(1);
    expect(
      settled.map((file) => ({ state: file.state, rows: file.rows_loaded, rejected: file.rows_rejected })),
    ).toEqual(settled.map(() => ({ state: 'loaded', rows: BACKLOG_ROWS, rejected: 0 })));
  },
  2 * PATIENCE_MS,
);

test(
  'the operator is killed during the run: the Job is adopted, not made anew',
  async () => {
    const runBefore = (await first.runs())[0]!.id;
    const active = await until(
      async () =>
        (await first.jobs()).find(
          (job) => job.metadata.labels[RUN_LABEL] !== runBefore && !job.status.succeeded,
        ),
      'the Job of the backlog',
      PATIENCE_MS,
    );
    const { items } = await namespace.get('pods', '--selector', 'app.kubernetes.io/component=operator');
    console.log(`  killing ${items[0].metadata.name} while ${active.metadata.name} runs`);
    await namespace.kubectl('delete', 'pod', items[0].metadata.name, '--grace-period=0', '--force');
    const run = await first.materialized();
    figures['backlog: sent → in the marts'] = secondsSince(backlogSentAt);
    expect(run.id).toBe(active.metadata.labels[RUN_LABEL]);
    const made = await first.jobs();
    expect(made.find((job) => job.metadata.name === active.metadata.name)?.metadata.uid).toBe(
      active.metadata.uid,
    );
    expect(made.map((job) => job.metadata.labels[RUN_LABEL]).sort()).toEqual(
      (await first.runs()).map(({ id }) => id).sort(),
    );
    console.log(`  Jobs: ${made.map((job) => job.metadata.name).join(', ')}`);
  },
  2 * PATIENCE_MS,
);

test('nothing is lost, nothing twice', async () => {
  const { rows } = await first.db.query<{
    _file_id: string;
    n: number;
    numbers: number;
    first: number;
    last: number;
  }>(
    `select _file_id, count(*)::int as n, count(distinct _row_number)::int as numbers,
            min(_row_number)::int as first, max(_row_number)::int as last
       from export.claims_client_a where _file_id = any($1::uuid[]) group by _file_id`,
    [backlog.map(({ id }) => id)],
  );
  expect(rows.map(({ _file_id, ...counts }) => counts)).toEqual(
    backlog.map(() => ({ n: BACKLOG_ROWS, numbers: BACKLOG_ROWS, first: 1, last: BACKLOG_ROWS })),
  );
  const audit = await first.db.query(
    `select file_id from mart.file_audit
      where rows_loaded <> export_rows
         or export_rows <> coalesce(eligibility_rows, 0) + coalesce(claim_line_rows, 0) + excluded_rows`,
  );
  expect(audit.rows).toEqual([]);
});

test(
  'when all is done the consumers go',
  async () => {
    await noConsumer();
    await until(async () => consumers.steps.at(-1)?.ready === 0, 'the last consumer to end', PATIENCE_MS);
    await consumers.stop();
    expect(consumers.most()).toBeGreaterThan(1);
    console.log(`  at most ${consumers.most()} consumers were at work; over time (seconds: ready of wanted)`);
    console.log(
      `  ${consumers.steps.map(({ at, ready, wanted }) => `${at}: ${ready}/${wanted}`).join('  ')}`,
    );
    console.table(figures);
  },
  PATIENCE_MS,
);

test(
  'upgrade and rollback keep data and passwords',
  async () => {
    const before = await first.held();
    await namespace.helm(
      'upgrade',
      'waymark',
      CHART,
      '--values',
      VALUES,
      '--set',
      'logLevel=debug,postgres.resources.limits.memory=900Mi',
      '--wait',
      '--timeout',
      '5m',
    );
    await first.connect();
    expect(await first.held()).toEqual(before);
    await namespace.helm('rollback', 'waymark', '1', '--wait', '--timeout', '5m');
    await first.connect();
    expect(await first.held()).toEqual(before);
  },
  8 * MINUTE_MS,
);

test(
  'a second release in the namespace does not touch the first',
  async () => {
    const second = new Installation(namespace, 'second', PATIENCE_MS);
    const runsBefore = (await first.runs()).length;
    const jobsBefore = await first.jobs();
    await namespace.helm('install', 'second', CHART, '--values', VALUES, '--wait', '--timeout', '5m');
    await second.connect();
    await waymark(['load', `${SAMPLES}/set-1/Patient-membership-clientA-202307.xlsx`], second.env);
    const job = await until(
      async () =>
        (await first.jobs()).find(
          (one) => !jobsBefore.some((old) => old.metadata.uid === one.metadata.uid) && one.status.succeeded,
        ),
      'the run of the second release',
      PATIENCE_MS,
    );
    expect(job.metadata.labels[TRANSFORMATION_LABEL]).toBe('second');
    expect((await first.runs()).length).toBe(runsBefore);
    expect((await first.api.files()).length).toBe((await first.held()).files.length);
    await second.close();
    await namespace.helm('uninstall', 'second', '--wait');
    expect((await fetch(`${first.env.API_URL}/readyz`)).status).toBe(200);
    expect((await transformation()).metadata.name).toBe('waymark');
  },
  8 * MINUTE_MS,
);

test(
  'uninstall leaves data and passwords, and a new release finds them',
  async () => {
    const before = await first.held();
    await namespace.helm('uninstall', 'waymark', '--wait');
    await until(
      async () => (await namespace.get('pods')).items.length === 0,
      'every pod to end',
      PATIENCE_MS,
    );
    await namespace.helm('install', 'waymark', CHART, '--values', VALUES, '--wait', '--timeout', '5m');
    await first.connect();
    expect(await first.held()).toEqual(before);
  },
  8 * MINUTE_MS,
);
