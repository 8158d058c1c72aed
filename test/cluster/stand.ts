import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import pg from 'pg';
import type { Status } from '../../src/operator/transformation.ts';
import { connectionSettings } from '../../src/platform/database.ts';
import type { TestVhost } from '../setup/broker.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';
import { apply, kubectl } from './kubectl.ts';
import type { TestNamespace } from './namespace.ts';

const PROGRAM = fileURLToPath(new URL('../../src/waymark.ts', import.meta.url));
const IMAGE = process.env.WAYMARK_TEST_IMAGE ?? 'node:24-trixie-slim';
const PATIENCE_MS = Number(process.env.WAYMARK_TEST_PATIENCE_MS ?? 90_000);
const LOOK_EVERY_MS = 250;

const summary = (outcome: string, failing: string[]) =>
  JSON.stringify({
    outcome,
    models: { passed: 3, failed: 0, skipped: 0 },
    tests: { passed: 5, failed: failing.length, warned: 0, skipped: 0 },
    failing,
    seconds: 0.1,
  });
const say = (outcome: string, failing: string[] = []) =>
  `printf '%s' '${summary(outcome, failing)}' > /dev/termination-log`;

/** What stands in for dbt in a Job; the database is out of a pod's reach here. */
export const scripts = {
  succeeds: `${say('succeeded')}; exit 0`,
  failsTests: `${say('failed', ['every_dollar_is_kept', 'unique_member_id'])}; exit 1`,
  cannotRun: 'exit 2',
  /** Takes its time to end when it is stopped. */
  stopsSlowly: `trap 'sleep 8; exit 143' TERM; while true; do sleep 0.2 & wait $!; done`,
  /** Goes on once somebody makes the file, and leaves as `run.py` does when it is stopped. */
  waits: `trap 'exit 143' TERM; until [ -e /tmp/go ]; do sleep 0.2 & wait $!; done; ${say('succeeded')}; exit 0`,
};

/** A Transformation with a ledger of its own, and the operators that look after it and nothing else. */
export class Stand {
  readonly name = `t-${randomBytes(4).toString('hex')}`;
  readonly #namespace: TestNamespace;
  readonly #vhost: TestVhost;
  readonly #database: TestDatabase;
  readonly #operators: ChildProcess[] = [];
  readonly db: pg.Pool;
  #files = 0;
  output = '';

  constructor(namespace: TestNamespace, vhost: TestVhost, database: TestDatabase) {
    this.#namespace = namespace;
    this.#vhost = vhost;
    this.#database = database;
    this.db = new pg.Pool(connectionSettings(database.config));
    this.db.on('error', () => {});
  }

  static async create(namespace: TestNamespace, vhost: TestVhost): Promise<Stand> {
    const stand = new Stand(namespace, vhost, await createTestDatabase());
    await stand.makeSecrets();
    return stand;
  }

  /** What no log may hold. */
  get credentials(): string[] {
    const broker = decodeURIComponent(new URL(this.#vhost.config.AMQP_URL).password);
    return [this.#database.config.POSTGRES_PASSWORD, broker].filter((text) => text.length > 5);
  }

  async makeSecrets(): Promise<void> {
    const { config } = this.#database;
    const broker = new URL(this.#vhost.config.AMQP_URL);
    const secret = (name: string, stringData: Record<string, string>) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: this.#namespace.name },
      stringData,
    });
    await apply(
      secret(`${this.name}-postgres`, {
        username: config.POSTGRES_USER,
        password: config.POSTGRES_PASSWORD || 'none',
        port: String(config.POSTGRES_PORT),
        dbname: config.POSTGRES_DB,
      }),
      secret(`${this.name}-rabbitmq`, {
        username: decodeURIComponent(broker.username),
        password: decodeURIComponent(broker.password),
      }),
    );
  }

  /** Applies the Transformation: drained after a second, looked at every second. */
  async apply(script: string, spec: Record<string, unknown> = {}, template: object = {}): Promise<void> {
    await apply({
      apiVersion: 'waymark.dev/v1alpha1',
      kind: 'Transformation',
      metadata: { name: this.name, namespace: this.#namespace.name, labels: { stand: this.name } },
      spec: {
        queue: {
          secretName: `${this.name}-rabbitmq`,
          managementUrl: this.#vhost.config.RABBITMQ_MANAGEMENT_URL,
          vhost: this.#vhost.name,
        },
        database: {
          secretName: `${this.name}-postgres`,
          host: this.#database.config.POSTGRES_HOST,
          rolePrefix: this.#database.config.POSTGRES_ROLE_PREFIX,
        },
        drain: { stabilizationSeconds: 1, pollIntervalSeconds: 1 },
        jobTemplate: {
          image: IMAGE,
          command: ['sh', '-c', script, 'dbt'],
          runAsUser: 1000,
          resources: { requests: { cpu: '10m', memory: '16Mi' } },
          ...template,
        },
        ...spec,
      },
    });
  }

  async patch(spec: object): Promise<void> {
    await this.kubectl('patch', 'tfm', this.name, '--type=merge', '-p', JSON.stringify({ spec }));
  }

  kubectl(...args: string[]): Promise<string> {
    return kubectl(['-n', this.#namespace.name, ...args]);
  }

  /** Starts an operator for this Transformation. */
  startOperator(): ChildProcess {
    const child = spawn(process.execPath, [PROGRAM, 'operator'], {
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: this.#namespace.kubeconfig,
        WATCH_NAMESPACE: this.#namespace.name,
        TRANSFORMATION_SELECTOR: `stand=${this.name}`,
        METRICS_HOST: '127.0.0.1',
        METRICS_PORT: '0',
        LOG_LEVEL: 'debug',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk) => {
        this.output += chunk;
      });
    this.#operators.push(child);
    return child;
  }

  async stopOperator(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    return child.exitCode;
  }

  /** Puts a file into the ledger as if it had been loaded. */
  async loadFile(state: 'loaded' | 'received' = 'loaded'): Promise<string> {
    this.#files += 1;
    const { rows } = await this.db.query(
      `insert into ingest.file (client, file_type, period, delivery, state, name, format, size_bytes, sha256,
                                storage_key, columns, settled_at)
       values ('client_a', 'claims', '2024-01', 'incremental', $1::text, 'x.csv', 'csv', 1, $2, 'x', '{}',
               case when $1::text = 'loaded' then clock_timestamp() end)
       returning id`,
      [state, this.#files.toString(16).padStart(64, '0')],
    );
    return rows[0].id;
  }

  async runs(): Promise<{ id: string; state: string; reason: string; message: string | null }[]> {
    return (await this.db.query('select * from ingest.run order by sequence')).rows;
  }

  async jobs(): Promise<V1Job[]> {
    const selector = `waymark.dev/transformation=${this.name}`;
    return JSON.parse(await this.kubectl('get', 'jobs', '-l', selector, '-o', 'json')).items;
  }

  async pods(runId?: string): Promise<V1Pod[]> {
    const selector = `waymark.dev/transformation=${this.name}${runId ? `,waymark.dev/run=${runId}` : ''}`;
    return JSON.parse(await this.kubectl('get', 'pods', '-l', selector, '-o', 'json')).items;
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.kubectl('get', 'tfm', this.name, '-o', 'json')).status ?? {};
  }

  async condition(type: string): Promise<string> {
    const found = (await this.status()).conditions?.find((condition) => condition.type === type);
    return found ? `${found.status} ${found.reason}` : '';
  }

  async events(): Promise<string[]> {
    const selector = `involvedObject.name=${this.name}`;
    const { items } = JSON.parse(
      await this.kubectl('get', 'events', '--field-selector', selector, '-o', 'json'),
    ) as { items: { reason: string }[] };
    return items.map(({ reason }) => reason);
  }

  /** Lets a waiting run go on. */
  async release(runId: string): Promise<void> {
    const pod = await this.until('a running pod', async () =>
      (await this.pods(runId)).find(
        ({ metadata, status }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
      ),
    );
    await this.kubectl('exec', pod.metadata!.name!, '--', 'touch', '/tmp/go').catch((error: Error) => {
      // The file was made: the container that it lets end took `touch` with it.
      if (!error.message.includes('exit code 137')) throw error;
    });
  }

  /** Asks until the answer is there. Tells, if it never is, what the operator wrote. */
  async until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      if (Date.now() > deadline) {
        const status = JSON.stringify(await this.status().catch(() => 'none'), undefined, 1);
        throw new Error(`waited too long for ${what}\n${status}\n${this.output.slice(-6000)}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  untilCondition(type: string, wanted: string): Promise<boolean> {
    return this.until(`${type} to be ${wanted}`, async () => (await this.condition(type)) === wanted);
  }

  async untilActive(): Promise<string> {
    const job = await this.until('an active run', async () => (await this.status()).activeRun);
    return job.run;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#operators.map((child) => this.stopOperator(child)));
    await this.kubectl('delete', 'tfm', this.name, '--ignore-not-found', '--wait=false').catch(() => {});
    await this.db.end();
    await this.#database.drop();
  }
}
