import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manage } from '../src/dev/rabbitmq.ts';
import { lockFile, unlockFile } from '../src/files/settle.ts';
import { DEAD_LETTERS, EXCHANGE, encodeMessage, QUEUE } from '../src/queue/topology.ts';
import { type FileBody, Pipeline } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

let pipeline: Pipeline;
beforeAll(async () => {
  // One token may have half of the uploads that are under way: 30 files are sent at once here.
  const env = { MAX_ATTEMPTS: '3', MAX_CONCURRENT_UPLOADS: '64' };
  pipeline = await Pipeline.start({ consumers: 2, env });
});
afterAll(() => pipeline?.stop());

const MEMBER_COLUMNS = 'Elig_Dt,mem_id,Member_Fullname,Dob,Gender';
const members = (...ids: string[]) =>
  `${[MEMBER_COLUMNS, ...ids.map((id) => `12/31/2023,${id},A B,1/1/1980,F`)].join('\n')}\n`;
const claims = (...ids: string[]) =>
  `${['memb_id,claim_number,received_date,code,cost_total,status', ...ids.map((id) => `M1,${id},7/1/2023,99213,10.00,paid`)].join('\n')}\n`;

async function exported(file: Pick<FileBody, 'id' | 'client' | 'file_type'>): Promise<number> {
  const { rows } = await pipeline.db.query(
    `select count(*)::int as count from export."${file.file_type}_${file.client}" where _file_id = $1`,
    [file.id],
  );
  return rows[0].count;
}

async function withChannel<T>(
  work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>) => Promise<T>,
): Promise<T> {
  const connection = await connect(pipeline.env.AMQP_URL!);
  try {
    return await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
const depth = (queue: string) =>
  withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);

describe('a file that is accepted', () => {
  test('is answered 202 with its place, and loaded with lineage', async () => {
    const answer = await pipeline.send(members('1', '2'), 'Patient-membership-clientB-202301.csv', {
      route: '/patients/membership',
    });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/files/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      state: 'received',
      client: 'client_b',
      period: '2023-01',
      run_id: null,
    });
    const file = await pipeline.settled(answer.body.id);
    expect(file).toMatchObject({ state: 'loaded', rows_loaded: 2, rows_rejected: 0, load_path: 'copy' });
    const { rows } = await pipeline.db.query(
      'select _file_id, _row_number::int, _loaded_at is not null as at, mem_id from export.patient_registration_client_b where _file_id = $1 order by 2',
      [file.id],
    );
    expect(rows).toEqual([
      { _file_id: file.id, _row_number: 1, at: true, mem_id: '1' },
      { _file_id: file.id, _row_number: 2, at: true, mem_id: '2' },
    ]);
    expect(await depth(QUEUE)).toBe(0);
  });

  test('is answered 200 with the earlier one when the very bytes come again, also at the same moment', async () => {
    const name = 'Patient-claim-client_b-202301.csv';
    const answers = await Promise.all(Array.from({ length: 8 }, () => pipeline.send(claims('H1'), name)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 202]);
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect((await pipeline.send(claims('H1'), name)).status).toBe(200);
    expect(answers[0]!.headers.get('location')).toBe(`/files/${answers[0]!.body.id}`);
    const other = await pipeline.send(claims('H1'), 'Patient-claim-client_b-202302.csv');
    expect(other.status, 'another period is another file').toBe(202);
    const { rows } = await pipeline.db.query('select count(*)::int as count from ingest.file');
    expect(await pipeline.stored()).toHaveLength(rows[0].count);
  });

  test('is loaded once however often its message is delivered', async () => {
    const file = await pipeline.load(claims('R1', 'R2'), 'Patient-claim-client_b-202303.csv');
    await withChannel(async (channel) => {
      for (let i = 0; i < 20; i++) channel.publish(EXCHANGE, 'file.client_b.claims', encodeMessage(file.id));
      await until(
        async () => (await channel.checkQueue(QUEUE)).messageCount === 0,
        'the messages to be taken',
      );
    });
    const again = (await pipeline.ask('GET', `/files/${file.id}`)).body;
    expect(again).toMatchObject({ state: 'loaded', attempts: 1, rows_loaded: 2 });
    expect(await exported(file)).toBe(2);
  });

  test('replaces the older one of its period in a snapshot feed, whichever is loaded first', async () => {
    const name = 'Patient-membership-client_b-202304.csv';
    const sent = [];
    for (const ids of [['1'], ['1', '2'], ['1', '2', '3']])
      sent.push(await pipeline.send(members(...ids), name));
    const files = await Promise.all(sent.map((answer) => pipeline.settled(answer.body.id)));
    const now = await until(async () => {
      const states = await Promise.all(
        files.map(async (file) => (await pipeline.ask('GET', `/files/${file.id}`)).body),
      );
      return states.filter((file) => file.state === 'loaded').length === 1 && states;
    }, 'one of them to be left');
    expect(now.map((file) => file.state)).toEqual(['superseded', 'superseded', 'loaded']);
    expect(now.map((file) => file.rows_loaded)).toEqual([1, 2, 3]);
    const back = await pipeline.send(members('1'), name);
    expect(back.status, 'bytes of a superseded file are a new file').toBe(202);
    expect((await pipeline.settled(back.body.id)).state).toBe('loaded');
  });

  test('adds to the others in an incremental feed', async () => {
    const name = 'Patient-claim-client_b-202305.csv';
    const one = await pipeline.load(claims('A1'), name);
    const two = await pipeline.load(claims('A2'), name);
    expect((await pipeline.ask('GET', `/files/${one.id}`)).body.state).toBe('loaded');
    expect(two.state).toBe('loaded');
  });

  test('brings new columns into the table while other files are being loaded', async () => {
    const files = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        pipeline.load(
          claims(`N${i}`)
            .replace('status', `status,extra_${i % 4}`)
            .replace(/paid/g, `paid,value ${i}`),
          'Patient-claim-client_b-202306.csv',
        ),
      ),
    );
    for (const [i, file] of files.entries()) {
      const { rows } = await pipeline.db.query(
        `select "extra_${i % 4}" as extra from export.claims_client_b where _file_id = $1`,
        [file.id],
      );
      expect(rows).toEqual([{ extra: `value ${i}` }]);
    }
  });
});

describe('the lists', () => {
  test('are filtered and paged', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await pipeline.ask<{ items: FileBody[]; next_cursor: string | null }>(
        'GET',
        `/files?client=client_b&file_type=claims&period=2023-06&state=loaded&limit=5${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...body.items.map((file) => file.id));
      expect(body.items.every((file) => file.period === '2023-06')).toBe(true);
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(new Set(seen).size).toBe(12);
    const outside = await pipeline.ask<{ items: FileBody[] }>(
      'GET',
      '/files?client=clientB&file_type=claim&period=202306&state=&cursor=',
    );
    expect(outside.body.items, 'other spellings, and parameters left empty').toHaveLength(12);
    expect((await pipeline.ask('GET', '/files?client=%00')).status).toBe(400);
    expect((await pipeline.ask('GET', '/files?state=lost')).status).toBe(400);
    expect((await pipeline.ask('GET', '/files?cursor=x')).status).toBe(400);
    expect((await pipeline.ask('GET', '/files/not-an-id')).status).toBe(404);
    expect((await pipeline.ask('GET', '/runs/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await pipeline.ask('GET', '/nothing')).status).toBe(404);
  });
});

describe('a file that cannot be loaded now', () => {
  test('is tried a bounded number of times, fails, goes to the dead letters, and loads after a retry', async () => {
    const dead = await depth(DEAD_LETTERS);
    await pipeline.db.query(
      'alter table export.claims_client_b add constraint broken check (claim_number <> $$X1$$)',
    );
    const failed = await pipeline.load(claims('X1'), 'Patient-claim-client_b-202308.csv');
    expect(failed).toMatchObject({ state: 'failed', attempts: 3, reason: 'load_failed' });
    expect(failed.message).toContain('23514');
    expect(await exported(failed)).toBe(0);
    await until(async () => (await depth(DEAD_LETTERS)) === dead + 1, 'the dead letter');
    expect((await pipeline.ask('POST', `/files/${failed.id}/retry`)).status).toBe(202);
    await pipeline.db.query('alter table export.claims_client_b drop constraint broken');
    const loaded = await pipeline.settled(failed.id);
    expect(loaded).toMatchObject({ state: 'loaded', rows_loaded: 1, reason: null, message: null });
    expect((await pipeline.ask('POST', `/files/${failed.id}/retry`)).status).toBe(409);
  });

  test('fails at once when its stored bytes are not those that were accepted', async () => {
    await pipeline.db.query(
      'alter table export.claims_client_b add constraint broken check (false) not valid',
    );
    const { body } = await pipeline.send(claims('T1'), 'Patient-claim-client_b-202309.csv');
    expect((await pipeline.settled(body.id)).state).toBe('failed');
    const { rows } = await pipeline.db.query('select storage_key from ingest.file where id = $1', [body.id]);
    await writeFile(join(pipeline.storage, 'files', rows[0].storage_key), claims('T2'));
    await pipeline.db.query('alter table export.claims_client_b drop constraint broken');
    await pipeline.ask('POST', `/files/${body.id}/retry`);
    expect(await pipeline.settled(body.id)).toMatchObject({
      state: 'failed',
      reason: 'bytes_changed',
      attempts: 1,
    });
    expect(await exported({ id: body.id, client: 'client_b', file_type: 'claims' })).toBe(0);
  });

  test('a message about nothing goes to the dead letters', async () => {
    const dead = await depth(DEAD_LETTERS);
    await withChannel(async (channel) => {
      channel.publish(EXCHANGE, 'file.x.y', Buffer.from('{"file_id": 1}'));
      await until(
        async () => (await channel.checkQueue(DEAD_LETTERS)).messageCount === dead + 1,
        'the dead letter',
      );
    });
  });
});

describe('faults', () => {
  test('a lost database connection ends neither API nor consumers', async () => {
    const other = await Pipeline.start({ env: { MAX_ATTEMPTS: '100' } });
    const answers = [];
    for (let i = 0; i < 30; i++) {
      const sending = other.send(claims(`L${i}`), 'Patient-claim-client_b-202404.csv');
      await other.db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where application_name like 'waymark-%' and datname = current_database()`,
      );
      answers.push(await sending);
    }
    expect(answers.every(({ status }) => [202, 503].includes(status))).toBe(true);
    for (const { status, body } of answers)
      if (status === 202)
        expect(await other.settled(body.id)).toMatchObject({ state: 'loaded', rows_loaded: 1 });
    const { rows } = await other.db.query('select count(*)::int as count from ingest.file');
    expect(await other.stored()).toHaveLength(rows[0].count);
    const exported = await other.db.query('select count(*)::int as count from export.claims_client_b');
    expect(exported.rows).toEqual(rows);
    await other.stop();
  });

  test('a file that ends every consumer is given up', async () => {
    const other = await Pipeline.create({ MAX_ATTEMPTS: '3' });
    await other.startApi();
    const { body } = await other.send(claims('P1'), 'Patient-claim-client_b-202404.csv');
    await other.db.query(`update ingest.file set attempts = 3, state = 'loading'`);
    await other.startRole('consumer');
    expect(await other.settled(body.id)).toMatchObject({ state: 'failed', attempts: 4, rows_loaded: 0 });
    await other.stop();
  });

  test.runIf(process.getuid?.() === 0)('a full storage is 507 and leaves nothing', async () => {
    const other = await Pipeline.create();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', other.storage]);
    try {
      await other.startApi();
      const big = claims(...Array.from({ length: 60_000 }, (_, i) => `B${i}`));
      const { status, body } = await other.send(big, 'Patient-claim-client_b-202404.csv');
      expect([status, body.type]).toEqual([507, 'urn:waymark:problem:storage_full']);
      expect(await other.stored()).toEqual([]);
      expect((await other.send(claims('B1'), 'Patient-claim-client_b-202404.csv')).status).toBe(202);
    } finally {
      await other.stopProcesses();
      execFileSync('umount', [other.storage]);
      await other.stop();
    }
  });
});

describe('what the broker loses, the ledger puts right', () => {
  test('a deleted queue', async () => {
    await withChannel((channel) => channel.deleteQueue(QUEUE));
    const file = await pipeline.load(claims('Q1'), 'Patient-claim-client_b-202310.csv');
    expect(file.state).toBe('loaded');
  });

  test('a queue of other arguments is used as it is, and has its dead letters', async () => {
    const other = await Pipeline.create();
    const connection = await connect(other.env.AMQP_URL!);
    const channel = await connection.createChannel();
    await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await other.startApi();
    await other.startRole('consumer');
    expect(await other.load(claims('O1'), 'Patient-claim-client_b-202311.csv')).toMatchObject({
      state: 'loaded',
    });
    channel.publish(EXCHANGE, 'file.client_b.claims', Buffer.from('names no file'));
    await until(
      async () => (await channel.checkQueue(DEAD_LETTERS)).messageCount === 1,
      'the dead letter of a queue that knows of none',
    );
    await connection.close();
    await other.stop();
  });

  test('a message that vanished', async () => {
    const { body } = await pipeline.send(claims('V1'), 'Patient-claim-client_b-202311.csv');
    await pipeline.settled(body.id);
    await pipeline.db.query(
      `update ingest.file set state = 'received', received_at = now() - interval '1 hour', loading_at = null, attempts = 0 where id = $1`,
      [body.id],
    );
    await pipeline.db.query('delete from export.claims_client_b where _file_id = $1', [body.id]);
    expect((await pipeline.settled(body.id)).state).toBe('loaded');
    expect(await exported({ id: body.id, client: 'client_b', file_type: 'claims' })).toBe(1);
  });

  test('all its connections', async () => {
    const name = pipeline.env.AMQP_URL!.split('/').at(-1);
    const broker = {
      AMQP_URL: pipeline.env.AMQP_URL!,
      RABBITMQ_MANAGEMENT_URL: pipeline.env.RABBITMQ_MANAGEMENT_URL!,
    };
    await manage(broker, 'DELETE', `vhosts/${name}`);
    const { status, body } = await pipeline.send(claims('W1'), 'Patient-claim-client_b-202312.csv');
    expect(status, 'uploads are accepted without a broker').toBe(202);
    await manage(broker, 'PUT', `vhosts/${name}`, {});
    const { username } = new URL(broker.AMQP_URL);
    await manage(broker, 'PUT', `permissions/${name}/${username}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
    expect((await pipeline.settled(body.id)).state).toBe('loaded');
  });
});

describe('a consumer', () => {
  test('that is told to stop in mid load finishes, acks, and leaves with code 0', async () => {
    const consumer = await pipeline.startRole('consumer');
    const ids = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const big = Array.from({ length: 3000 }, (_, row) => `S${i}-${row}`);
        return (await pipeline.send(claims(...big), 'Patient-claim-client_b-202401.csv')).body.id;
      }),
    );
    await until(async () => consumer.output().includes('file settled'), 'the consumer to be at work');
    expect(await consumer.stop()).toBe(0);
    for (const id of ids)
      expect(await pipeline.settled(id)).toMatchObject({ state: 'loaded', rows_loaded: 3000, attempts: 1 });
  });

  test('that is told to stop takes no more, whoever still looks at its metrics', async () => {
    const other = await Pipeline.create();
    await other.startApi();
    const consumer = await other.startRole('consumer');
    const watching = connectSocket(Number(new URL(consumer.url).port), '127.0.0.1');
    await once(watching, 'connect');
    consumer.child.kill('SIGTERM');
    await until(async () => consumer.output().includes('stopping'), 'the consumer to be told');
    const { body } = await other.send(claims('Z1'), 'Patient-claim-client_b-202402.csv');
    await until(async () => {
      const { rows } = await other.db.query('select from ingest.outbox');
      return rows.length === 0;
    }, 'the message to be published');
    watching.end();
    expect(await consumer.stop()).toBe(0);
    expect((await other.ask('GET', `/files/${body.id}`)).body).toMatchObject({
      state: 'received',
      attempts: 0,
    });
    await other.stop();
  });

  test('that is dead, of which Postgres has not heard yet, is outwaited: no API has to publish its file anew', async () => {
    const other = await Pipeline.create();
    const api = await other.startApi();
    const { body } = await other.send(claims('L1'), 'Patient-claim-client_b-202402.csv');
    await until(
      async () => (await other.db.query('select from ingest.outbox')).rows.length === 0,
      'the message',
    );
    await api.stop();
    const dead = await other.db.connect();
    await lockFile(dead, body.id);
    const consumer = await other.startRole('consumer', { LOG_LEVEL: 'debug' });
    await until(async () => consumer.output().includes('message taken'), 'the message to be delivered');
    await unlockFile(dead, body.id);
    dead.release();
    await until(async () => {
      const { rows } = await other.db.query('select state from ingest.file where id = $1', [body.id]);
      return rows[0].state === 'loaded';
    }, 'the file to be loaded');
    await other.stop();
  });

  test('that is killed in mid load leaves the file to another, and nothing of its own', async () => {
    const consumer = await pipeline.startRole('consumer');
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const big = Array.from({ length: 20_000 }, (_, row) => `K${i}-${row}`);
        return (await pipeline.send(claims(...big), 'Patient-claim-client_b-202402.csv')).body.id;
      }),
    );
    await until(async () => consumer.output().includes('file settled'), 'the consumer to be at work');
    await consumer.stop('SIGKILL');
    for (const id of ids) {
      expect(await pipeline.settled(id)).toMatchObject({ state: 'loaded', rows_loaded: 20_000 });
      expect(await exported({ id, client: 'client_b', file_type: 'claims' })).toBe(20_000);
    }
  });
});

describe('a deleted file', () => {
  test('is taken out of the ledger’s lists of what is held, and can be sent again', async () => {
    const file = await pipeline.load(claims('D1'), 'Patient-claim-client_b-202403.csv');
    const answer = await pipeline.ask('DELETE', `/files/${file.id}`);
    expect(answer).toMatchObject({ status: 200, body: { state: 'deleted' } });
    expect((await pipeline.ask('DELETE', `/files/${file.id}`)).status, 'again is no error').toBe(200);
    expect((await pipeline.send(claims('D1'), 'Patient-claim-client_b-202403.csv')).status).toBe(202);
  });
});

describe('the storage', () => {
  test('is asked for before the API says that it is ready', async () => {
    const incoming = join(pipeline.storage, 'incoming');
    expect(await readdir(incoming), 'nothing is left on its way').toEqual([]);
    await rm(incoming, { recursive: true });
    const ready = await pipeline.ask('GET', '/readyz');
    expect(ready).toMatchObject({ status: 503, body: { missing: ['storage'] } });
  });
});
