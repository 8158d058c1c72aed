import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { until } from '../../test/setup/until.ts';
import { useDatabase } from '../../test/setup/use-database.ts';
import { withConnection } from '../platform/database.ts';
import { acceptFile, type NewFile } from './ledger.ts';
import { claimFile, unlockFile } from './settle.ts';

const database = useDatabase();

const newFile = (): NewFile => {
  const id = randomUUID();
  return {
    id,
    client: 'client_a',
    file_type: 'claims',
    period: '2023-07',
    delivery: 'incremental',
    name: 'a.csv',
    format: 'csv',
    size_bytes: 1,
    sha256: randomBytes(32).toString('hex'),
    storage_key: id,
    columns: ['a'],
    drift: { added: [], missing: [] },
  };
};
/** Of this database alone: others are at work beside it. */
const LOCKS = `
  select count(*)::int as locks from pg_locks
   where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
const WAITING = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const locks = async () => (await database.pool.query(LOCKS)).rows[0].locks;

test('a file is accepted with its message and its entry in the audit, or not at all', async () => {
  const file = newFile();
  const by = { id: 'token:a', address: '192.0.2.1' };
  expect(await acceptFile(database.pool, file, by)).toMatchObject({
    held: false,
    file: { ...file, state: 'received' },
  });
  const again = { ...file, id: randomUUID() };
  expect(await acceptFile(database.pool, again, by)).toMatchObject({ held: true, file: { id: file.id } });
  await acceptFile(database.pool, newFile());
  const { rows } = await database.pool.query(
    `select f.id, o.routing_key, a.actor, a.action, host(a.address) as address, a.client, a.detail
       from ingest.file f left join ingest.outbox o on o.file_id = f.id left join ingest.audit a on a.file_id = f.id
      order by f.sequence`,
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toEqual({
    ...{ id: file.id, routing_key: 'file.client_a.claims', actor: 'token:a', action: 'upload_accepted' },
    ...{ address: '192.0.2.1', client: 'client_a', detail: {} },
  });
  expect(rows[1], 'whom nobody knows is not in the audit').toMatchObject({ actor: null });
});

test('one connection at a time loads a file, and counts its attempt', async () => {
  const { id } = (await acceptFile(database.pool, newFile())).file;
  await withConnection(database.pool, async ({ client: one }) => {
    expect(await claimFile(one, id)).toMatchObject({
      locked: true,
      file: { id, state: 'loading', attempts: 1 },
    });
    await withConnection(database.pool, async ({ client: other }) => {
      expect(await claimFile(other, id)).toEqual({ locked: false });
      await unlockFile(one, id);
      expect(await claimFile(other, id)).toMatchObject({ locked: true, file: { attempts: 2 } });
      await unlockFile(other, id);
    });
  });
  expect(await locks()).toBe(0);
});

test('a file that is settled at that very moment is not claimed, and its lock is held once', async () => {
  const { id } = (await acceptFile(database.pool, newFile())).file;
  await withConnection(database.pool, ({ client: one }) =>
    withConnection(database.pool, async ({ client: other }) => {
      await one.query('begin');
      await one.query(`update ingest.file set state = 'loaded' where id = $1`, [id]);
      const claim = claimFile(other, id);
      await until(async () => (await database.pool.query(WAITING)).rowCount === 1, 'the claim to wait');
      await one.query('commit');
      expect(await claim).toEqual({ locked: true, file: undefined });
      await unlockFile(other, id);
    }),
  );
  expect(await locks()).toBe(0);
});

test('of a file that was never accepted only the lock is had', async () => {
  const id = randomUUID();
  await withConnection(database.pool, async ({ client }) => {
    expect(await claimFile(client, id)).toEqual({ locked: true, file: undefined });
    await unlockFile(client, id);
  });
});
