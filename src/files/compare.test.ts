import { randomBytes, randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { claimed } from '../../test/setup/claimed.ts';
import { useDatabase } from '../../test/setup/use-database.ts';
import { transaction } from '../platform/database.ts';
import { finishRun, startRun } from '../transform/runs.ts';
import type { Drift } from './drift.ts';
import { countFeeds } from './feed-metrics.ts';
import { readFeedStatus } from './feed-status.ts';
import type { Feed } from './feeds.ts';
import { acceptFile, deleteFile, type FileRow, getFile } from './ledger.ts';
import { settleLoaded } from './settle.ts';

const database = useDatabase();
beforeEach(async () => {
  await database.pool.query('truncate ingest.file, ingest.run cascade');
});

const client = 'client_a';
const feed = { client, file_type: 'claims', delivery: 'incremental' } as Feed;

async function accepted(period: string, delivery: Feed['delivery'] = 'incremental'): Promise<FileRow> {
  const id = randomUUID();
  const { file } = await acceptFile(database.pool, {
    id,
    client,
    file_type: 'claims',
    period,
    delivery,
    name: 'a.csv',
    format: 'csv',
    size_bytes: 1,
    sha256: randomBytes(32).toString('hex'),
    storage_key: id,
    columns: [],
    drift: { added: [], missing: [] },
  });
  return file;
}

/** Loads an accepted file; its columns are `a b`, and so many of `a` are null. */
async function load(file: FileRow, columns = 'a b', share = 0): Promise<string> {
  const loading = await claimed(database.pool, file.id);
  await transaction(database.pool, (db) =>
    settleLoaded(db, loading, {
      rows: 100,
      rejected: 0,
      path: 'copy',
      columns: columns.split(' '),
      drift: { added: [], missing: ['c'] },
      null_shares: { rows: 100, of: { a: share } },
    }),
  );
  return file.id;
}

const driftOf = async (id: string): Promise<Drift> => (await getFile(database.pool, id))!.drift;
const comparedWith = async (id: string) => (await driftOf(id)).compared_with;

describe('a file is compared with the loaded one before it', () => {
  test('whichever of them is loaded first', async () => {
    const [june, july, august] = [
      await accepted('2023-06'),
      await accepted('2023-07'),
      await accepted('2023-08'),
    ];
    await load(august, 'a b new');
    expect(await driftOf(august.id)).toEqual({
      added: [],
      missing: ['c'],
      compared_with: null,
      appeared: [],
      vanished: [],
      renamed: [],
      mostly_null: [],
    });
    await load(june, 'a old b');
    expect(await driftOf(august.id)).toMatchObject({
      compared_with: june.id,
      appeared: ['new'],
      vanished: ['old'],
    });
    await load(july, 'a b new', 1);
    expect(await driftOf(july.id)).toMatchObject({
      compared_with: june.id,
      missing: ['c'],
      mostly_null: [{ column: 'a', share: 1, share_before: 0 }],
    });
    expect(await driftOf(august.id)).toMatchObject({
      compared_with: july.id,
      appeared: [],
      vanished: [],
      mostly_null: [],
    });
  });

  test('also within a period, by the order of acceptance', async () => {
    const [one, two] = [await accepted('2023-07'), await accepted('2023-07')];
    await load(two);
    await load(one);
    expect([await comparedWith(one.id), await comparedWith(two.id)]).toEqual([null, one.id]);
  });

  test('and no more with one that was taken out', async () => {
    const ids = [];
    for (const period of ['2023-06', '2023-07', '2023-08']) ids.push(await load(await accepted(period)));
    expect(await comparedWith(ids[2]!)).toBe(ids[1]);
    await deleteFile(database.pool, ids[1]!);
    expect(await comparedWith(ids[2]!)).toBe(ids[0]);
    await deleteFile(database.pool, ids[0]!);
    expect(await comparedWith(ids[2]!)).toBe(null);
  });

  test('and not with one that a newer one replaced', async () => {
    const june = await load(await accepted('2023-06', 'snapshot'));
    const wrong = await load(await accepted('2023-07', 'snapshot'), 'a');
    const august = await load(await accepted('2023-08', 'snapshot'));
    expect(await driftOf(august)).toMatchObject({ compared_with: wrong, appeared: ['b'] });
    const right = await load(await accepted('2023-07', 'snapshot'));
    expect(await driftOf(right)).toMatchObject({ compared_with: june, appeared: [] });
    expect(await driftOf(august)).toMatchObject({ compared_with: right, appeared: [] });
  });

  test('when many come at once, while a run ends', async () => {
    const first = await accepted('2022-01', 'snapshot');
    await load(first);
    const run = (await startRun(database.pool, 'requested'))!;
    const files = [];
    for (let i = 0; i < 24; i++)
      files.push(await accepted(`2022-${String((i % 12) + 1).padStart(2, '0')}`, 'snapshot'));
    await Promise.all([
      ...files.map((file) => load(file)),
      finishRun(database.pool, run.id, { state: 'succeeded', summary: null, message: null }),
    ]);
    const { rows } = await database.pool.query<{ right: boolean }>(
      `select drift->>'compared_with' is not distinct from
              lag(id::text) over (order by period, sequence) as right
         from ingest.file where state = 'loaded'`,
    );
    expect(rows).toHaveLength(12);
    expect(rows.every(({ right }) => right)).toBe(true);
  });
});

describe('a feed', () => {
  const expecting: Feed = { ...feed, expected: { every: 'month', byDay: 10 } };

  test('is told with the periods that are late', async () => {
    const now = new Date('2023-09-11T00:00:00Z');
    expect(await readFeedStatus(database.pool, [expecting], now)).toEqual([
      { ...expecting, first_period: null, last_period: null, late_periods: [] },
    ]);
    await load(await accepted('2023-05'));
    await accepted('2023-07');
    const gone = await load(await accepted('2023-08'));
    await deleteFile(database.pool, gone);
    expect(await readFeedStatus(database.pool, [expecting], now)).toEqual([
      {
        ...expecting,
        first_period: '2023-05',
        last_period: '2023-07',
        late_periods: ['2023-06', '2023-08'],
      },
    ]);
  });

  test('tells Prometheus what differs in its latest file, and how many are late', async () => {
    await load(await accepted('2023-06'), 'a b x');
    await load(await accepted('2023-07'), 'a y', 1);
    const registry = new Registry();
    countFeeds(registry, database.pool, [expecting, { ...feed, client: 'client_b', expected: undefined }]);
    const text = await registry.metrics();
    const labels = `client="${client}",file_type="claims"`;
    for (const [kind, count] of Object.entries({
      added: 0,
      missing: 1,
      appeared: 1,
      vanished: 2,
      renamed: 0,
      mostly_null: 1,
    }))
      expect(text).toContain(`waymark_feed_drift_columns{${labels},kind="${kind}"} ${count}\n`);
    expect(text).toContain(`waymark_feed_late_periods{${labels}} 24\n`);
    expect(text).not.toContain('client_b');
  });
});
