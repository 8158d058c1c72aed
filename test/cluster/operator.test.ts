import amqp from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transformationCrd } from '../../src/operator/crd.ts';
import { assertTopology } from '../../src/queue/topology.ts';
import { createTestVhost, type TestVhost } from '../setup/broker.ts';
import { apply, kubectl } from './kubectl.ts';
import { createTestNamespace, type TestNamespace } from './namespace.ts';
import { Stand, scripts } from './stand.ts';

let namespace: TestNamespace;
let vhost: TestVhost;
let stand: Stand;

beforeAll(async () => {
  await apply(transformationCrd);
  await kubectl(['wait', '--for=condition=Established', `crd/${transformationCrd.metadata.name}`]);
  namespace = await createTestNamespace();
  vhost = await createTestVhost();
  const connection = await amqp.connect(vhost.config.AMQP_URL);
  await assertTopology(connection);
  await connection.close();
});
afterAll(async () => {
  await namespace?.remove();
  await vhost?.remove();
});
beforeEach(async () => {
  stand = await Stand.create(namespace, vhost);
});
afterEach(async () => {
  await stand.stop();
  // Neither credentials nor what the API server sent.
  for (const secret of stand.credentials) expect(stand.output).not.toContain(secret);
  expect(stand.output).not.toMatch(/HTTP-Code|managedFields/);
});

describe('a drained pipeline', () => {
  test('gets one Job, and its end makes the files materialized', async () => {
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

describe('a run that fails', () => {
  test('because of dbt is not retried, and the condition names the failing tests', async () => {
    await stand.loadFile();
    await stand.apply(scripts.failsTests);
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False DbtFailed');
    const condition = (await stand.status()).conditions!.find(({ type }) => type === 'LastRunSucceeded')!;
    expect(condition.message).toBe('dbt failed: every_dollar_is_kept, unique_member_id');
    await stand.untilCondition('Running', 'False LastRunFailed');
    expect(await stand.pods()).toHaveLength(1);
    expect(await stand.runs()).toMatchObject([{ state: 'failed', message: condition.message }]);
    expect(await stand.events()).toContain('RunFailed');
    // A file that changes something is a reason to try again.
    await stand.loadFile();
    await stand.until('another run', async () => (await stand.runs()).length === 2);
  });

  test('because its pods cannot run is given up after backoffLimit', async () => {
    await stand.loadFile();
    await stand.apply(scripts.cannotRun, {}, { backoffLimit: 0 });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False PodsFailed');
    expect((await stand.status()).lastRun!.message).toMatch(/exit code 2.*kubectl logs job\/waymark-run-/);
  });

  test('because its Job is refused says what is wrong with it', async () => {
    await stand.loadFile();
    const resources = { requests: { cpu: '2' }, limits: { cpu: '1' } };
    await stand.apply(scripts.succeeds, {}, { resources });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False JobInvalid');
    expect((await stand.status()).lastRun!.message).toMatch(/cpu limit.*spec\.jobTemplate/);
    await stand.untilCondition('Running', 'False LastRunFailed');
  });

  test('because it takes too long says so', async () => {
    await stand.loadFile();
    await stand.apply(scripts.waits, {}, { activeDeadlineSeconds: 4 });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False DeadlineExceeded');
    expect((await stand.status()).lastRun!.message).toMatch(/activeDeadlineSeconds \(4\)/);
  });
});

describe('a run that is interfered with', () => {
  test('goes on in another pod when its pod is killed', async () => {
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

  test('beside another one starts no second Job, and tells of the end once', async () => {
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
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('Ready', 'True Reconciled');
    namespace.proxy.cut();
    try {
      await stand.until('the informers to notice', async () =>
        ['transformations', 'jobs'].every((resource) =>
          stand.output.includes(`"resource":"${resource}","msg":"the informer stopped`),
        ),
      );
      await stand.patch({ runRequest: 'while cut off' });
    } finally {
      namespace.proxy.mend();
    }
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    // The informers work again, too: a change is seen as an event.
    await stand.patch({ suspend: true });
    await stand.untilCondition('Ready', 'True Suspended');
  });

  test('leaves Transformations alone that its selector does not take', async () => {
    const other = await Stand.create(namespace, vhost);
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

describe('the specification', () => {
  test('suspended starts nothing, lets requests wait, and starts them when it is resumed', async () => {
    await stand.loadFile();
    await stand.apply(scripts.succeeds, { suspend: true, runRequest: 'now' });
    stand.startOperator();
    await stand.untilCondition('Ready', 'True Suspended');
    await stand.untilCondition('QueueDrained', 'True Drained');
    await stand.untilCondition('Running', 'False Suspended');
    expect(await stand.runs()).toMatchObject([{ state: 'requested' }]);
    expect(await stand.jobs()).toEqual([]);
    await stand.patch({ suspend: false });
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    await stand.untilCondition('Running', 'False NothingDue');
    expect(await stand.runs()).toMatchObject([{ state: 'succeeded', reason: 'requested' }]);
  });

  test('asks for one run with each new runRequest', async () => {
    await stand.apply(scripts.succeeds);
    const first = stand.startOperator();
    for (const [count, runRequest] of [
      [1, 'one'],
      [2, 'two'],
      [3, 'one'],
    ] as const) {
      await stand.patch({ runRequest });
      await stand.until(`run ${count}`, async () => {
        const runs = await stand.runs();
        return runs.length === count && runs.every(({ state }) => state === 'succeeded');
      });
      await stand.until(
        'the note of it',
        async () => (await stand.status()).handledRunRequest === runRequest,
      );
    }
    await stand.stopOperator(first);
    stand.startOperator();
    await stand.until(
      'the status',
      async () => (await stand.status()).lastRun?.run === (await stand.runs())[2]!.id,
    );
    await stand.patch({ successfulRunsHistoryLimit: 2 });
    await stand.until('a new look', async () => (await stand.status()).observedGeneration === 5);
    expect(await stand.runs()).toHaveLength(3);
  });

  test('Replace stops the active run for one with the files of now, once', async () => {
    await stand.loadFile();
    await stand.apply(scripts.waits, { concurrencyPolicy: 'Replace' });
    stand.startOperator();
    const first = await stand.untilActive();
    await stand.until('a running pod', async () =>
      (await stand.pods(first)).some(({ status }) => status?.phase === 'Running'),
    );
    const file = await stand.loadFile();
    const second = await stand.until('the newer run', async () => {
      const active = (await stand.status()).activeRun;
      return active && active.run !== first ? active.run : undefined;
    });
    expect(await stand.pods(first)).toEqual([]);
    expect((await stand.runs())[0]).toMatchObject({ state: 'failed', message: 'replaced by a newer run' });
    await stand.release(second);
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    await stand.untilCondition('Running', 'False NothingDue');
    expect(await stand.runs()).toHaveLength(2);
    const { rows } = await stand.db.query('select run_id from ingest.file where id = $1', [file]);
    expect(rows[0].run_id).toBe(second);
    expect(await stand.events()).toContain('RunReplaced');
  });

  test('Forbid lets what is due wait for the active run', async () => {
    await stand.loadFile();
    await stand.apply(scripts.waits);
    stand.startOperator();
    const first = await stand.untilActive();
    await stand.loadFile();
    await stand.untilCondition('QueueDrained', 'True Drained');
    expect(await stand.runs()).toHaveLength(1);
    await stand.release(first);
    await stand.until('the second run', async () => (await stand.runs()).length === 2);
    expect((await stand.runs())[0]).toMatchObject({ state: 'succeeded' });
  });

  test('limits how many Jobs are kept', async () => {
    await stand.apply(scripts.succeeds, { successfulRunsHistoryLimit: 1 });
    stand.startOperator();
    for (const [index, runRequest] of ['a', 'b', 'c'].entries()) {
      await stand.patch({ runRequest });
      await stand.until(`the end of run ${index + 1}`, async () => {
        const run = (await stand.runs())[index];
        return run !== undefined && (await stand.status()).lastRun?.run === run.id;
      });
    }
    const last = (await stand.runs())[2]!.id;
    await stand.until('old Jobs to go', async () => {
      const names = (await stand.jobs()).map(({ metadata }) => metadata!.name);
      return names.length === 1 && names[0] === `waymark-run-${last}`;
    });
  });

  test('may come before its Secrets', async () => {
    await stand.kubectl('delete', 'secret', `${stand.name}-postgres`);
    await stand.loadFile();
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('Ready', 'False SecretMissing');
    await stand.makeSecrets();
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    expect(await stand.condition('Ready')).toBe('True Reconciled');
    expect(await stand.events()).toEqual(expect.arrayContaining(['SecretMissing', 'Reconciled']));
  });

  test('names a database that is not migrated', async () => {
    await stand.db.query('drop schema ingest cascade');
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('Ready', 'False LedgerNotMigrated');
  });

  test('names a queue that cannot be seen', async () => {
    await stand.apply(scripts.succeeds, {
      queue: { secretName: `${stand.name}-rabbitmq`, managementUrl: 'http://127.0.0.1:1' },
    });
    stand.startOperator();
    await stand.untilCondition('Ready', 'False QueueUnknown');
    expect(await stand.condition('QueueDrained')).toBe('Unknown QueueUnknown');
  });
});
