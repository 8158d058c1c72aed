import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Child } from '../src/dev/child.ts';
import { HOME } from '../src/dev/paths.ts';
import { type PostgresSettings, query, removePostgres, startPostgres } from '../src/dev/postgres.ts';
import { type RabbitmqSettings, startRabbitmq } from '../src/dev/rabbitmq.ts';
import { readConfig } from '../src/platform/config.ts';
import { Connection, connectionSettings } from '../src/platform/database.ts';
import { TlsError } from '../src/platform/tls.ts';
import { managedQueue, readQueueDepth } from '../src/queue/depth.ts';
import { askManagement } from '../src/queue/management.ts';
import { Authority, type Certificate } from './setup/certificates.ts';
import { Pipeline } from './setup/pipeline.ts';
import { until } from './setup/until.ts';

// Postgres and RabbitMQ of this file's own, with certificates of a CA that nobody else knows.

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const SAMPLE = 'Patient-membership-clientC-202307.csv';
const FOLDER = `${HOME}/test/${process.pid}/tls`;
const DATA = `${FOLDER}/postgres/data`;
const RUN_MS = 180_000;

const options = { say: () => {}, signal: new AbortController().signal, throwAway: true };
const started: Child[] = [];
let ca: Authority;
let another: Authority;
let good: Certificate;
let selfSigned: Certificate;
let postgres: PostgresSettings;
let rabbitmq: RabbitmqSettings;

beforeAll(async () => {
  ca = new Authority(`${FOLDER}/ca`, 'ours');
  another = new Authority(`${FOLDER}/ca`, 'another');
  good = ca.sign('server', ['IP:127.0.0.1']);
  selfSigned = ca.selfSigned('nobody', ['IP:127.0.0.1']);
  const database = startPostgres({ ...options, folder: `${FOLDER}/postgres`, log: `${FOLDER}/postgres.log` });
  const broker = startRabbitmq({
    ...options,
    folder: `${FOLDER}/rabbitmq`,
    log: `${FOLDER}/rabbitmq.log`,
    tls: { ca: ca.certificate, ...good },
  });
  for (const each of await Promise.allSettled([database, broker])) {
    if (each.status === 'rejected') throw each.reason;
    if ('portMapper' in each.value) started.push(each.value.portMapper);
    started.push(each.value.server);
  }
  postgres = (await database).settings;
  rabbitmq = (await broker).settings;
}, RUN_MS);
afterAll(async () => {
  for (const server of started.toReversed()) {
    if (server.name === 'rabbitmq') server.kill();
    else await server.stop();
    await server.ended;
  }
  removePostgres(`${FOLDER}/postgres`);
  rmSync(FOLDER, { recursive: true, force: true });
});

/** What Postgres shows from now on; without one it speaks no TLS. */
async function show(certificate: Certificate | undefined): Promise<void> {
  if (certificate) {
    place('server.crt', certificate.certificate);
    place('server.key', certificate.key);
  }
  await query(postgres, 'postgres', `alter system set ssl = ${certificate ? 'on' : 'off'}`);
  const [{ at } = { at: null }] = await query<{ at: Date | null }>(
    postgres,
    'postgres',
    'select pg_conf_load_time() as at',
  );
  await query(postgres, 'postgres', 'select pg_reload_conf()');
  await until(async () => {
    const [now] = await query<{ at: Date }>(postgres, 'postgres', 'select pg_conf_load_time() as at');
    return now!.at > at!;
  }, 'Postgres to read its files');
}

/** Into the data directory, for who runs the server and nobody else. */
function place(name: string, file: string): void {
  const { uid, gid } = statSync(DATA);
  copyFileSync(file, `${DATA}/${name}`);
  chownSync(`${DATA}/${name}`, uid, gid);
  chmodSync(`${DATA}/${name}`, 0o600);
}

const settingsOf = (tls: Record<string, string>) => ({ ...postgres, POSTGRES_DB: 'postgres', ...tls });

/** Whether the connection is encrypted, by what the server says of it. */
async function encrypted(tls: Record<string, string>): Promise<boolean> {
  const client = new Connection(connectionSettings(readConfig(settingsOf(tls), 'postgres')));
  await client.connect();
  try {
    const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0].ssl;
  } finally {
    await client.end();
  }
}

/** How a run of dbt ends: it finds no such run, or cannot even connect. */
async function runOfDbt(tls: Record<string, string>): Promise<string> {
  const args = [`${PROJECT}dbt/run.py`, '--run-id', randomUUID()];
  const env = { ...process.env, ...settingsOf(tls) };
  const done = promisify(execFile)(process.env.DBT_PYTHON!, args, { env });
  const { stdout } = (await done.catch((error: unknown) => error)) as { stdout: string };
  return JSON.parse(stdout.trim().split('\n').at(-1)!).message;
}

const certificates = () => ({ good, selfSigned, none: undefined });
const YES = /^yes$/;
const NOT_SIGNED = /no CA in POSTGRES_SSLROOTCERT has signed/;
const OTHER_HOST = /certificate (is )?for another host/;
const NO_TLS = /speaks no TLS/;
const LOCAL = '127.0.0.1';

describe.each([
  ['good', 'require', undefined, LOCAL, YES],
  ['good', 'verify-ca', 'ours', LOCAL, YES],
  ['good', 'verify-ca', 'ours', 'localhost', YES],
  ['good', 'verify-full', 'ours', LOCAL, YES],
  ['good', 'verify-full', 'ours', 'localhost', OTHER_HOST],
  ['good', 'verify-ca', 'another', LOCAL, NOT_SIGNED],
  ['good', 'require', 'another', LOCAL, NOT_SIGNED],
  ['selfSigned', 'require', undefined, LOCAL, YES],
  ['selfSigned', 'verify-full', 'ours', LOCAL, NOT_SIGNED],
  ['none', 'require', undefined, LOCAL, NO_TLS],
] as const)('Postgres with %s certificate, %s, CA %s, host %s', (shown, mode, trusted, host, expected) => {
  const tls = () => ({
    POSTGRES_HOST: host,
    POSTGRES_SSLMODE: mode,
    ...(trusted && { POSTGRES_SSLROOTCERT: (trusted === 'ours' ? ca : another).certificate }),
  });
  beforeAll(() => show(certificates()[shown]));

  test('is spoken to encrypted, or refused with what to do', async () => {
    const said = encrypted(tls()).then(
      (yes) => (yes ? 'yes' : 'in the clear'),
      (error: Error) =>
        error instanceof TlsError ? error.message.replace('that no CA', 'no CA') : String(error),
    );
    expect(await said).toMatch(
      expected === NOT_SIGNED ? /no CA in POSTGRES_SSLROOTCERT has signed/ : expected,
    );
  });

  test('so it is by a run of dbt', async () => {
    // It comes as far as the ledger, which is not in this database.
    expect(await runOfDbt(tls())).toMatch(expected === YES ? /^UndefinedTable/ : expected);
  });
});

describe('with servers that take nothing in the clear', () => {
  let full: Record<string, string>;

  beforeAll(async () => {
    await show(good);
    place('root.crt', ca.certificate);
    writeFileSync(
      `${DATA}/pg_hba.conf`,
      `hostssl all by_certificate ${LOCAL}/32 cert\nhostssl all all ${LOCAL}/32 scram-sha-256\n`,
    );
    const admin = { ...postgres, POSTGRES_SSLMODE: 'require' };
    await query(postgres, 'postgres', "alter system set ssl_ca_file = 'root.crt'");
    await query(postgres, 'postgres', 'create role by_certificate login');
    await query(postgres, 'postgres', 'select pg_reload_conf()');
    await until(
      () =>
        query(postgres, 'postgres', 'select 1').then(
          () => false,
          () => true,
        ),
      'Postgres to refuse what is in the clear',
    );
    full = { ...admin, POSTGRES_SSLMODE: 'verify-full', POSTGRES_SSLROOTCERT: ca.certificate };
  });

  test(
    'the whole pipeline works',
    async () => {
      const pipeline = await Pipeline.create({ ...full, ...rabbitmq });
      try {
        await pipeline.startApi();
        const consumer = await pipeline.startRole('consumer');
        const content = readFileSync(`${PROJECT}samples/set-1/${SAMPLE}`);
        expect(await pipeline.load(content, SAMPLE)).toMatchObject({ state: 'loaded' });
        await pipeline.startRole('transform');
        const run = await until(
          async () => {
            const { body } = await pipeline.ask<{ items: { state: string; message: string }[] }>(
              'GET',
              '/runs',
            );
            return body.items.find(({ state }) => state === 'succeeded' || state === 'failed');
          },
          'the run to end',
          RUN_MS,
        );
        expect(run, pipeline.logs()).toMatchObject({ state: 'succeeded' });
        // Connections that nobody used for a while are closed; whoever is asked whether it is ready makes one.
        await fetch(`${consumer.url}/readyz`);
        const sessions = await query<{ name: string; ssl: boolean }>(
          full as unknown as PostgresSettings,
          'postgres',
          `select distinct application_name as name, ssl from pg_stat_activity join pg_stat_ssl using (pid)
          where application_name like 'waymark-%' order by 1`,
        );
        expect(sessions).toEqual(
          ['api', 'consumer', 'transform'].map((name) => ({ name: `waymark-${name}`, ssl: true })),
        );
        const { username, password } = managedQueue(rabbitmq.RABBITMQ_MANAGEMENT_URL, rabbitmq.AMQP_URL);
        const url = `${rabbitmq.RABBITMQ_MANAGEMENT_URL}/api/connections?columns=ssl`;
        const connections = await until(async () => {
          const { text } = await askManagement({
            url,
            username,
            password,
            ca: readFileSync(ca.certificate, 'utf8'),
          });
          const all = JSON.parse(text) as { ssl?: boolean }[];
          return all.length >= 2 && all.every(({ ssl }) => ssl !== undefined) && all;
        }, 'the connections to be listed');
        expect(connections.every(({ ssl }) => ssl)).toBe(true);
      } finally {
        await pipeline.stop();
      }
    },
    RUN_MS,
  );

  test('a login may show a certificate in place of a password', async () => {
    const client = ca.sign('by_certificate');
    const as = { ...full, POSTGRES_USER: 'by_certificate', POSTGRES_PASSWORD: '' };
    expect(
      await encrypted({ ...as, POSTGRES_SSLCERT: client.certificate, POSTGRES_SSLKEY: client.key }),
    ).toBe(true);
    await expect(encrypted(as)).rejects.toMatchObject({ code: '28000' });
  });

  test('migrate does not wait for a certificate to become right', async () => {
    const wrong = { ...full, POSTGRES_SSLROOTCERT: another.certificate };
    await expect(Pipeline.create({ ...wrong, ...rabbitmq })).rejects.toThrow(
      /migrate failed: 127\.0\.0\.1:\d+ shows a certificate that no CA in POSTGRES_SSLROOTCERT has signed/,
    );
  });
});

describe('a broker whose certificate does not do', () => {
  const depth = (host: string, trusted: Authority) => {
    const url = new URL(rabbitmq.RABBITMQ_MANAGEMENT_URL);
    url.hostname = host;
    return readQueueDepth(
      managedQueue(url.href, rabbitmq.AMQP_URL, readFileSync(trusted.certificate, 'utf8')),
    );
  };
  test('has no queue that is counted', async () => {
    await expect(depth(LOCAL, another)).rejects.toThrow(
      /no CA in AMQP_CA_FILE has signed.*let AMQP_CA_FILE name/,
    );
    await expect(depth('localhost', ca)).rejects.toThrow(/a certificate for another host/);
  });

  test('gets no message, and the log says what to do', async () => {
    const pipeline = await Pipeline.create({ ...rabbitmq, AMQP_CA_FILE: another.certificate });
    try {
      const api = await pipeline.startApi();
      await until(async () => api.output().includes('no CA in AMQP_CA_FILE has signed'), 'the log to say so');
    } finally {
      await pipeline.stop();
    }
  });
});
