import { beforeEach, expect, test } from 'vitest';
import { useDatabase } from '../../test/setup/use-database.ts';
import { transaction } from '../platform/database.ts';
import { activeRun, finishRun, getRun, lastEndedRun, RUN_LOCK, requestRunOnce, startRun } from './runs.ts';

const WISH = '11111111-1111-8111-8111-111111111111';
const OTHER_WISH = '22222222-2222-8222-8222-222222222222';
const database = useDatabase();
beforeEach(async () => {
  await database.pool.query('truncate ingest.run cascade');
});

const states = async () =>
  (await database.pool.query<{ state: string }>('select state from ingest.run order by sequence')).rows.map(
    ({ state }) => state,
  );

test('one wish is granted once, also after its run has ended', async () => {
  await requestRunOnce(database.pool, WISH);
  await requestRunOnce(database.pool, WISH);
  expect(await states()).toEqual(['requested']);
  expect((await startRun(database.pool, 'drained'))?.id).toBe(WISH);
  await requestRunOnce(database.pool, WISH);
  await finishRun(database.pool, WISH, { state: 'succeeded', summary: null, message: null });
  await requestRunOnce(database.pool, WISH);
  expect(await states()).toEqual(['succeeded']);
});

test('a wish while another one waits is granted by the same run', async () => {
  await requestRunOnce(database.pool, WISH);
  await requestRunOnce(database.pool, OTHER_WISH);
  expect(await states()).toEqual(['requested']);
});

test('a run is ended once, by whoever comes first', async () => {
  const run = (await startRun(database.pool, 'drained'))!;
  expect(await startRun(database.pool, 'drained')).toBeUndefined();
  const failed = { state: 'failed', summary: null, message: 'first' } as const;
  expect(await finishRun(database.pool, run.id, failed)).toBe(true);
  expect(await finishRun(database.pool, run.id, { ...failed, message: 'second' })).toBe(false);
  expect(await activeRun(database.pool)).toBeUndefined();
  expect(await lastEndedRun(database.pool)).toMatchObject({ id: run.id, message: 'first' });
});

test('a run whose process died after it had published has succeeded', async () => {
  const run = (await startRun(database.pool, 'drained'))!;
  await database.pool.query('update ingest.run set published_at = clock_timestamp() where id = $1', [run.id]);
  expect(
    await finishRun(database.pool, run.id, { state: 'failed', summary: null, message: 'its pods are gone' }),
  ).toBe(true);
  expect(await getRun(database.pool, run.id)).toMatchObject({ state: 'succeeded', message: null });
});

test('a run waits for a later look while rows are being taken out of `export`', async () => {
  await transaction(database.pool, async (purge) => {
    await purge.query(RUN_LOCK);
    expect(await startRun(database.pool, 'drained')).toBeUndefined();
  });
  expect(await startRun(database.pool, 'drained')).toMatchObject({ state: 'running' });
});

test('the server ends the start of a run whose client is silently gone', async () => {
  await database.pool.query(`
    create function told() returns trigger language plpgsql as
      'begin new.message := current_setting(''idle_in_transaction_session_timeout''); return new; end';
    create trigger told before insert on ingest.run for each row execute function told()`);
  expect(await startRun(database.pool, 'drained')).toMatchObject({ message: '1min' });
});
