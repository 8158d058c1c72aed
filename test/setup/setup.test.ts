import amqp from 'amqplib';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionSettings } from '../../src/platform/database.ts';
import { createTestVhost, type TestVhost } from './broker.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let vhost: TestVhost;
beforeAll(async () => {
  [database, vhost] = await Promise.all([createTestDatabase(), createTestVhost()]);
});
afterAll(async () => {
  await Promise.all([database?.drop(), vhost?.remove()]);
});

test('a test database has the tables of the ledger, and nothing in them', async () => {
  const client = new pg.Client(connectionSettings(database.config));
  await client.connect();
  const { rows } = await client.query('select count(*)::int as n from ingest.file');
  await client.end();
  expect(rows).toEqual([{ n: 0 }]);
});

test('databases can be made side by side', async () => {
  const several = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  expect(new Set(several.map(({ config }) => config.POSTGRES_DB)).size).toBe(3);
  await Promise.all(several.map((one) => one.drop()));
});

test('a test vhost takes quorum queues', async () => {
  const connection = await amqp.connect(vhost.config.AMQP_URL);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('work', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  });
  expect(queue).toBe('work');
  await connection.close();
});
