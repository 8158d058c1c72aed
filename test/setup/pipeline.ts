import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { createTestVhost, type TestVhost } from './broker.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { until } from './until.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const TOKEN = 'a-token-for-tests-only';

/** A file as the API tells of it. */
export interface FileBody {
  id: string;
  state: string;
  client: string;
  file_type: string;
  period: string;
  rows_loaded: number | null;
  rows_rejected: number | null;
  load_path: string | null;
  reason: string | null;
  message: string | null;
  superseded_by: string | null;
  run_id: string | null;
  attempts: number;
  format: string;
  drift: { added: string[]; missing: string[] };
}

export interface Answer<Body = FileBody & { detail: string; type: string }> {
  status: number;
  headers: Headers;
  body: Body;
}

/** A process of Waymark that a test started. */
export interface Process {
  child: ChildProcess;
  url: string;
  /** What it wrote so far. */
  output(): string;
  /** Tells it to stop and waits for its end. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A pipeline of real processes on a database, a virtual host and a storage of its own. */
export class Pipeline {
  readonly #database: TestDatabase;
  readonly #vhost: TestVhost;
  readonly #processes: Process[] = [];
  readonly storage: string;
  readonly db: pg.Pool;
  readonly env: Record<string, string>;
  apiUrl = '';

  private constructor(database: TestDatabase, vhost: TestVhost, storage: string) {
    this.#database = database;
    this.#vhost = vhost;
    this.storage = storage;
    const { config } = database;
    this.db = new pg.Pool({
      host: config.POSTGRES_HOST,
      port: config.POSTGRES_PORT,
      database: config.POSTGRES_DB,
      user: config.POSTGRES_USER,
      password: config.POSTGRES_PASSWORD,
    });
    this.db.on('error', () => {});
    this.env = {
      POSTGRES_HOST: config.POSTGRES_HOST,
      POSTGRES_PORT: String(config.POSTGRES_PORT),
      POSTGRES_DB: config.POSTGRES_DB,
      POSTGRES_USER: config.POSTGRES_USER,
      POSTGRES_PASSWORD: config.POSTGRES_PASSWORD,
      POSTGRES_ROLE_PREFIX: config.POSTGRES_ROLE_PREFIX!,
      AMQP_URL: vhost.config.AMQP_URL,
      RABBITMQ_MANAGEMENT_URL: vhost.config.RABBITMQ_MANAGEMENT_URL,
      STORAGE_URL: pathToFileURL(storage).href,
      API_TOKEN: TOKEN,
      API_HOST: '127.0.0.1',
      DOCS_HOST: '127.0.0.1',
      METRICS_HOST: '127.0.0.1',
      RETRY_BASE_SECONDS: '0.1',
      STABILIZATION_SECONDS: '1',
      POLL_INTERVAL_SECONDS: '0.2',
    };
  }

  /** Migrated, and nothing started yet. */
  static async create(env: Record<string, string> = {}): Promise<Pipeline> {
    const storage = await mkdtemp(join(tmpdir(), 'waymark-test-'));
    const pipeline = new Pipeline(await createTestDatabase(), await createTestVhost(), storage);
    Object.assign(pipeline.env, env);
    const migrate = pipeline.#spawn('migrate', {});
    const [code] = await once(migrate.child, 'exit');
    if (code !== 0) {
      await pipeline.stop();
      throw new Error(`waymark migrate failed: ${migrate.output()}`);
    }
    return pipeline;
  }

  /** With an API and so many consumers. */
  static async start(options: { consumers?: number; env?: Record<string, string> } = {}): Promise<Pipeline> {
    const pipeline = await Pipeline.create(options.env);
    await Promise.all([
      pipeline.startApi(),
      ...Array.from({ length: options.consumers ?? 1 }, () => pipeline.startRole('consumer')),
    ]);
    return pipeline;
  }

  async startApi(env: Record<string, string> = {}): Promise<Process> {
    const api = await this.startRole('api', env);
    this.apiUrl = api.url;
    return api;
  }

  /** Starts a role and waits until it is ready. */
  async startRole(
    role: 'api' | 'consumer' | 'transform' | 'docs',
    env: Record<string, string> = {},
  ): Promise<Process> {
    const port = await freePort();
    const variable = {
      api: 'API_PORT',
      docs: 'DOCS_PORT',
      consumer: 'METRICS_PORT',
      transform: 'METRICS_PORT',
    }[role];
    const started = this.#spawn(role, { [variable]: String(port), ...env }, `http://127.0.0.1:${port}`);
    await until(async () => {
      if (started.child.exitCode !== null) throw new Error(`waymark ${role} ended: ${started.output()}`);
      return (await fetch(`${started.url}/readyz`).catch(() => undefined))?.status === 200;
    }, `${role} to be ready`);
    return started;
  }

  #spawn(role: string, env: Record<string, string>, url = ''): Process {
    const child = spawn(process.execPath, [join(PROJECT, 'src/waymark.ts'), role], {
      env: { ...process.env, ...this.env, ...env },
      // With the channel a role ends when the tests are killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    child.stdout!.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr!.on('data', (chunk) => {
      output += chunk;
    });
    const started: Process = {
      child,
      url,
      output: () => output,
      async stop(signal = 'SIGTERM') {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill(signal);
          await once(child, 'exit');
        }
        return child.exitCode;
      },
    };
    this.#processes.push(started);
    return started;
  }

  /** Sends a file. `null` for `token` sends none. */
  async send(
    content: Buffer | string,
    name: string,
    options: { route?: string; fields?: Record<string, string>; token?: string | null } = {},
  ): Promise<Answer> {
    const form = new FormData();
    for (const [key, value] of Object.entries(options.fields ?? {})) form.set(key, value);
    form.set('file', new Blob([new Uint8Array(Buffer.from(content))]), name);
    return this.ask('POST', options.route ?? '/files', { body: form, token: options.token });
  }

  async ask<Body = FileBody & { detail: string; type: string }>(
    method: string,
    path: string,
    options: {
      body?: FormData | string;
      token?: string | null | undefined;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Answer<Body>> {
    const { token = TOKEN } = options;
    const response = await fetch(this.apiUrl + path, {
      method,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const text = await response.text();
    const json = /^application\/(problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (json ? JSON.parse(text) : text) as Body,
    };
  }

  /** The file once it is settled. */
  async settled(id: string): Promise<FileBody> {
    return until(async () => {
      const { body } = await this.ask('GET', `/files/${id}`);
      return body.state === 'received' || body.state === 'loading' ? undefined : body;
    }, `file ${id} to be settled`);
  }

  /** Sends a file that must be accepted, and waits until it is settled. */
  async load(content: Buffer | string, name: string, fields: Record<string, string> = {}): Promise<FileBody> {
    const answer = await this.send(content, name, { fields });
    if (answer.status !== 202)
      throw new Error(`${name} was answered ${answer.status}: ${answer.body.detail}`);
    return this.settled(answer.body.id);
  }

  /** Names of all bytes in the storage, also of those on their way. */
  async stored(): Promise<string[]> {
    const entries = await readdir(this.storage, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  /** Everything that the processes wrote. */
  logs(): string {
    return this.#processes.map((started) => started.output()).join('');
  }

  async stopProcesses(): Promise<void> {
    await Promise.all(this.#processes.map((started) => started.stop()));
  }

  /** Stops its processes and removes all that is its own. */
  async stop(): Promise<void> {
    await this.stopProcesses();
    await this.db.end();
    await this.#vhost.remove();
    await this.#database.drop();
    await rm(this.storage, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
