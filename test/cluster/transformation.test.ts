import { describe, expect, test } from 'vitest';
import { scripts } from './stand.ts';
import { useStand } from './use-stand.ts';

const used = useStand();

describe('a run that fails', () => {
  test('because of dbt is not retried, and the condition names the failing tests', async () => {
    const { stand } = used;
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
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.cannotRun, {}, { backoffLimit: 0 });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False PodsFailed');
    expect((await stand.status()).lastRun!.message).toMatch(/exit code 2.*kubectl logs job\/waymark-run-/);
  });

  test('because its Job is refused says what is wrong with it', async () => {
    const { stand } = used;
    await stand.loadFile();
    const resources = { requests: { cpu: '2' }, limits: { cpu: '1' } };
    await stand.apply(scripts.succeeds, {}, { resources });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False JobInvalid');
    expect((await stand.status()).lastRun!.message).toMatch(/cpu limit.*spec\.jobTemplate/);
    await stand.untilCondition('Running', 'False LastRunFailed');
  });

  test('because it takes too long says so', async () => {
    const { stand } = used;
    await stand.loadFile();
    await stand.apply(scripts.waits, {}, { activeDeadlineSeconds: 4 });
    stand.startOperator();
    await stand.untilCondition('LastRunSucceeded', 'False DeadlineExceeded');
    expect((await stand.status()).lastRun!.message).toMatch(/activeDeadlineSeconds \(4\)/);
  });
});

describe('the specification', () => {
  test('suspended starts nothing, lets requests wait, and starts them when it is resumed', async () => {
    const { stand } = used;
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
    const { stand } = used;
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
    const { stand } = used;
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
    expect((await stand.runs())[0]).toMatchObject({
      state: 'failed',
      message: 'replaced by a newer run',
    });
    await stand.release(second);
    await stand.untilCondition('LastRunSucceeded', 'True Succeeded');
    await stand.untilCondition('Running', 'False NothingDue');
    expect(await stand.runs()).toHaveLength(2);
    const { rows } = await stand.db.query('select run_id from ingest.file where id = $1', [file]);
    expect(rows[0].run_id).toBe(second);
    expect(await stand.events()).toContain('RunReplaced');
  });

  test('Forbid lets what is due wait for the active run', async () => {
    const { stand } = used;
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
    const { stand } = used;
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
    const { stand } = used;
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
    const { stand } = used;
    await stand.db.query('drop schema ingest cascade');
    await stand.apply(scripts.succeeds);
    stand.startOperator();
    await stand.untilCondition('Ready', 'False LedgerNotMigrated');
  });

  test('names a queue that cannot be seen', async () => {
    const { stand } = used;
    await stand.apply(scripts.succeeds, {
      queue: { secretName: `${stand.name}-rabbitmq`, managementUrl: 'http://127.0.0.1:1' },
    });
    stand.startOperator();
    await stand.untilCondition('Ready', 'False QueueUnknown');
    expect(await stand.condition('QueueDrained')).toBe('Unknown QueueUnknown');
  });
});
