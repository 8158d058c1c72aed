import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../src/dev/child.ts';
import { type PostgresSettings, query, startPostgres } from '../../src/dev/postgres.ts';
import { manage, type RabbitmqSettings, startRabbitmq } from '../../src/dev/rabbitmq.ts';
import { until } from '../setup/until.ts';

const QUIET = { say: () => {}, signal: new AbortController().signal, throwAway: true };
/** A crash of the server must lose nothing: it writes as in earnest. */
const IN_EARNEST = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', max_wal_size: '256MB' };

/** A small disk in memory, so that it can be filled; a plain folder where this user may not mount one. */
export class Disk {
  readonly path: string;
  readonly isSmall: boolean;
  readonly #ballast: string;

  constructor(path: string, megabytes: number) {
    this.path = path;
    this.#ballast = `${path}/ballast`;
    mkdirSync(path, { recursive: true, mode: 0o755 });
    chmodSync(path, 0o755);
    this.isSmall =
      process.getuid?.() === 0 &&
      tried(() => execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path], { stdio: 'ignore' })); // biome-ignore format: one call
  }

  /** Leaves so many bytes. */
  fill(left: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    execFileSync('fallocate', ['-l', String(bavail * bsize - left), this.#ballast]);
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  remove(): void {
    removeDisk(this.path);
  }
}

export function removeDisk(path: string): void {
  // Where none is mounted, it is a folder.
  tried(() => execFileSync('umount', [path], { stdio: 'ignore' }));
  rmSync(path, { recursive: true, force: true });
}

function tried(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

export class Postgres {
  readonly #folder: string;
  readonly #log: string;
  #server: Child | undefined;
  #settings: PostgresSettings | undefined;

  constructor(folder: string, log: string) {
    this.#folder = folder;
    this.#log = log;
  }

  get settings(): PostgresSettings {
    return this.#settings!;
  }

  get running(): boolean {
    return this.#server?.running === true;
  }

  /** Starts it, at a port that no other has. */
  async start(): Promise<void> {
    const { server, settings } = await startPostgres({
      ...QUIET,
      folder: `${this.#folder}/postgres`,
      log: this.#log,
      server: IN_EARNEST,
    });
    this.#server = server;
    this.#settings = settings;
  }

  /** Stops without a word to anyone, as after `pg_ctl stop -m immediate`: what was not committed is gone. */
  async stopAtOnce(): Promise<void> {
    const pid = Number(readFileSync(`${this.#folder}/postgres/data/postmaster.pid`, 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    await this.#server!.ended;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  query<Row extends object>(text: string): Promise<Row[]> {
    return query<Row>(this.settings, this.settings.POSTGRES_DB, text);
  }

  /** Ends the connections of a role's processes that are in a transaction, or all of them. @returns how many */
  async endBackends(role: string, which: 'loading' | 'all'): Promise<number> {
    const busy = which === 'loading' ? `and xact_start is not null` : '';
    const rows = await this.query<{ ended: boolean }>(
      `select pg_terminate_backend(pid) as ended from pg_stat_activity
        where application_name = 'waymark-${role}' and datname = current_database() ${busy}`,
    );
    return rows.length;
  }
}

export class Broker {
  readonly #folder: string;
  readonly #log: string;
  #server: Child | undefined;
  #portMapper: Child | undefined;
  #settings: RabbitmqSettings | undefined;

  constructor(folder: string, log: string) {
    this.#folder = folder;
    this.#log = log;
  }

  get settings(): RabbitmqSettings {
    return this.#settings!;
  }

  async start(): Promise<void> {
    const { server, portMapper, settings } = await startRabbitmq({
      ...QUIET,
      folder: `${this.#folder}/rabbitmq`,
      log: this.#log,
    });
    this.#server = server;
    this.#portMapper = portMapper;
    this.#settings = settings;
  }

  /** In order: a broker that is killed within seconds of a queue's declaration may come back with a queue that nobody can use. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    await this.#portMapper?.stop();
  }

  /** As a power cut ends it. */
  async kill(): Promise<void> {
    this.#server?.kill();
    await this.#server?.ended;
    await this.#portMapper?.stop();
  }

  async wipe(): Promise<void> {
    await rm(`${this.#folder}/rabbitmq/data`, { recursive: true, force: true });
  }

  async deleteQueue(name: string): Promise<void> {
    await manage(this.settings, 'DELETE', `queues/%2F/${name}`);
  }

  /** Bodies of the messages in a queue, which stay there; undefined where there is no such queue. */
  async peek(queue: string): Promise<string[] | undefined> {
    const answer = await this.#ask('POST', `queues/%2F/${queue}/get`, {
      count: 100_000,
      ackmode: 'ack_requeue_true',
      encoding: 'auto',
    });
    return (answer as { payload: string }[] | undefined)?.map(({ payload }) => payload);
  }

  /** Ready and unacked messages of a queue, as the broker's statistics have it a second later. */
  async depth(queue: string): Promise<{ ready: number; unacked: number } | undefined> {
    const answer = (await this.#ask('GET', `queues/%2F/${queue}`)) as
      | { messages_ready?: number; messages_unacknowledged?: number }
      | undefined;
    if (answer?.messages_ready === undefined) return undefined;
    return { ready: answer.messages_ready, unacked: answer.messages_unacknowledged ?? 0 };
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const { username, password } = new URL(this.settings.AMQP_URL);
    const response = await fetch(new URL(`/api/${path}`, this.settings.RABBITMQ_MANAGEMENT_URL), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.ok ? response.json() : undefined;
  }
}

/** Waits until work that may fail for a while, as servers come back, no longer does. */
export async function untilDone<T>(work: () => Promise<T>, what: string, patienceMs = 60_000): Promise<T> {
  return until(
    async () => {
      try {
        return { done: await work() };
      } catch {
        await delay(100);
        return undefined;
      }
    },
    what,
    patienceMs,
  ).then(({ done }) => done);
}
