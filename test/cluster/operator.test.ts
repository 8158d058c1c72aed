import { describe, expect, test } from 'vitest';
import { scripts } from './stand.ts';
import { useStand } from './use-stand.ts';

const used = useStand();

describe('a drained pipeline', () => {
  test('gets one Job, and its end makes the files materialized', async () => {
    const { stand } = used;
    const file = await stand.loadFile();
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');

    const [run, ...others] = await stand.runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'succeeded', reason: 'drained' });
    const jobs = await stand.jobs();
    expect(jobs.map(({ metadata }) => metadata!.name)).toEqual([`waymark-run-${run!.id}`]);
    expect(jobs[0]!.metadata!.labels!['waymark.dev/run']).toBe(run!.id);
    const { rows } = await stand.db.query('select run_id from ingest.file where id = $1', [file]);
    expect(rows[0].run_id).toBe(run!.id);

    await stand.untilCondition('Running', 'False NothingDue');
    const status = await stand.status();
    expect(status.lastRun).toMatchObject({
      run: run!.id,
      job: `waymark-run-${run!.id}`,
      outcome: 'succeeded',
      models: { passed: 3 },
      tests: { passed: 5, failed: 0 },
    });
    expect(status.activeRun).toBeUndefined();
    expect(status.observedGeneration).toBe(1);
    expect(await stand.condition('Ready')).toBe('True Reconciled');
    expect(await stand.condition('QueueDrained')).toBe('True Drained');
    expect(await stand.events()).toEqual(expect.arrayContaining(['RunStarted', 'RunSucceeded']));
    const [header, line] = (await stand.kubectl('get', 'tfm', stand.name)).split('\n');
    expect(header).toMatch(/NAME\s+READY\s+DRAINED\s+PENDING\s+RUNNING\s+WHY\s+LAST RUN\s+ENDED\s+AGE/);
    expect(line).toMatch(/True\s+True\s+0\s+False\s+NothingDue\s+succeeded/);
  });

  test('waits for pending files', async () => {
    const { stand } = used;
    await stand.loadFile();
    const pending = await stand.loadFile('received');
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('QueueDrained', 'False FilesPending');
    expect((await stand.status()).pendingFiles).toBe(1);
    expect(await stand.runs()).toEqual([]);
    await stand.db.query(
      `update ingest.file set state = 'loaded', settled_at = clock_timestamp() where id = $1`,
      [pending],
    );
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toHaveLength(1);
  });

  test('that nothing changes in leaves the object alone', async () => {
    const { stand } = used;
    await stand.apply(scripts.succeeds, { drain: { stabilizationSeconds: 1, pollIntervalSeconds: 1 } });
    stand.startOperator();
    await stand.untilCondition('QueueDrained', 'True Drained');
    const version = async () =>
      (await stand.kubectl('get', 'tfm', stand.name, '-o', 'jsonpath={.metadata.resourceVersion}')).trim();
    const before = await version();
    const looks = () => stand.output.length;
    const { observedAt } = (await stand.status()).queue!;
    await stand.until(
      'the refreshed time',
      async () => (await stand.status()).queue!.observedAt !== observedAt,
    );
    expect(looks()).toBeGreaterThan(0);
    // One write in half a minute, and that for the time alone.
    expect(
      Date.parse((await stand.status()).queue!.observedAt) - Date.parse(observedAt),
    ).toBeGreaterThanOrEqual(30_000);
    expect(await version()).not.toBe(before);
  });
});

describe('a run that is interfered with', () => {
  test('goes on in another pod when its pod is killed', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits);
    stand.startOperator();
    const run = await stand.untilActive();
    const pod = await stand.until('a running pod', async () =>
      (await stand.pods(run)).find(({ status }) => status?.phase === 'Running'),
    );
    await stand.kubectl('delete', 'pod', pod.metadata!.name!, '--wait=false');
    await stand.until('another pod', async () =>
      (await stand.pods(run)).some(
        ({ metadata, status }) => metadata!.uid !== pod.metadata!.uid && status?.phase === 'Running',
      ),
    );
    await stand.release(run);
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toHaveLength(1);
    expect(await stand.jobs()).toHaveLength(1);
  });

  test('has failed when its Job is deleted, and is not started again by itself', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits);
    stand.startOperator();
    const run = await stand.untilActive();
    await stand.kubectl('delete', 'job', `waymark-run-${run}`, '--wait=false');
    await stand.untilCondition('LastRunSucceeded', 'False JobGone');
    await stand.untilCondition('Running', 'False LastRunFailed');
    expect(await stand.runs()).toMatchObject([{ state: 'failed' }]);
    expect(await stand.jobs()).toEqual([]);
    await stand.patch({ runRequest: 'again' });
    await stand.release(await stand.untilActive());
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
  });
});

describe('an operator', () => {
  test('that is killed in mid run adopts it when it is back', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits);
    const first = stand.startOperator();
    const run = await stand.untilActive();
    await stand.stopOperator(first, 'SIGKILL');
    await stand.release(run);
    await stand.kubectl('wait', '--for=condition=Complete', `job/waymark-run-${run}`, '--timeout=60s');
    expect(await stand.runs()).toMatchObject([{ state: 'running' }]);
    const second = stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toHaveLength(1);
    expect(await stand.jobs()).toHaveLength(1);
    expect(await stand.stopOperator(second)).toBe(0);
  });

  test('gives a run its Job that it was killed before it could create', async () => {
    const { stand } = used;
    const file = await stand.loadFile();
    const { rows } = await stand.db.query(
      `insert into ingest.run (state, reason, started_at) values ('running', 'drained', now()) returning id`,
    );
    await stand.db.query('insert into ingest.run_file (run_id, file_id) values ($1, $2)', [rows[0].id, file]);
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toMatchObject([{ id: rows[0].id, state: 'succeeded' }]);
  });

  test('whose Transformation is made anew executes the run again that was active', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits);
    stand.startOperator();
    const run = await stand.untilActive();
    await stand.kubectl('delete', 'tfm', stand.name);
    await stand.until('its Job and pods to go', async () => (await stand.pods(run)).length === 0);
    await stand.apply(scripts.succeeds);
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toMatchObject([{ id: run, state: 'succeeded' }]);
  });

  test('whose Transformation is made anew starts no pod beside one that is left of it', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.stopsSlowly);
    stand.startOperator();
    const run = await stand.untilActive();
    const left = await stand.until('a running pod', async () =>
      (await stand.pods(run)).find(({ status }) => status?.phase === 'Running'),
    );
    await stand.kubectl('delete', 'tfm', stand.name);
    await stand.apply(scripts.succeeds);
    const pods = await stand.until('another pod', async () => {
      const seen = await stand.pods(run);
      return seen.some(({ metadata }) => metadata!.uid !== left.metadata!.uid) && seen;
    });
    const before = pods.find(({ metadata }) => metadata!.uid === left.metadata!.uid);
    expect(before?.status?.phase).not.toBe('Running');
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.runs()).toMatchObject([{ id: run, state: 'succeeded' }]);
  });

  test('keeps a Job whose end it could not tell the ledger yet', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits, { successfulRunsHistoryLimit: 0 });
    const first = stand.startOperator();
    const run = await stand.untilActive();
    await stand.stopOperator(first, 'SIGKILL');
    await stand.release(run);
    await stand.kubectl('wait', '--for=condition=Complete', `job/waymark-run-${run}`, '--timeout=60s');
    // As if it had been killed before it could write the status, and the database were gone when it is back.
    const unwritten = JSON.stringify({ status: { activeRun: null } });
    await stand.kubectl('patch', 'tfm', stand.name, '--subresource=status', '--type=merge', '-p', unwritten);
    await stand.patch({ database: { port: 1 } });
    stand.startOperator();
    await stand.untilCondition('Ready', 'False DatabaseUnavailable');
    await stand.patch({ database: { port: null } });
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    await stand.until('the Job to go after that', async () => (await stand.jobs()).length === 0);
  });

  test('beside another one starts no second Job, and tells of the end once', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits);
    stand.startOperator();
    stand.startOperator();
    const run = await stand.untilActive();
    await stand.release(run);
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    await stand.untilCondition('Running', 'False NothingDue');
    expect(await stand.runs()).toHaveLength(1);
    expect(await stand.jobs()).toHaveLength(1);
    expect((await stand.events()).filter((reason) => reason.startsWith('Run')).toSorted()).toEqual([
      'RunStarted',
      'RunSucceeded',
    ]);
  });

  test('that loses the API server finds out what happened meanwhile', async () => {
    const { stand } = used;
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('Ready', 'True Reconciled');
    used.namespace.proxy.cut();
    try {
      await stand.until('the informers to notice', async () =>
        ['transformations', 'jobs'].every((resource) =>
          stand.output.includes(`"resource":"${resource}","msg":"the informer stopped`),
        ),
      );
      await stand.patch({ runRequest: 'while cut off' });
    } finally {
      used.namespace.proxy.mend();
    }
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    // The informers work again, too: a change is seen as an event.
    await stand.patch({ suspend: true });
    await stand.untilCondition('Ready', 'True Suspended');
  });

  test('leaves Transformations alone that its selector does not take', async () => {
    const { stand } = used;
    const other = await used.another();
    try {
      await other.loadFile();
      await other.apply(scripts.succeeds);
      await stand.loadFile();
      await stand.apply(scripts.succeeds);
      stand.startOperator();
      await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
      expect(await other.status()).toEqual({});
      expect(await other.runs()).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});
