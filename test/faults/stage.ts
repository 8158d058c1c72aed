import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { Random } from '../../samples/random.ts';
import { identify } from '../../src/dev/identity.ts';
import { DBT_PYTHON, HOME } from '../../src/dev/paths.ts';
import { anyPort } from '../../src/dev/ports.ts';
import { removePostgres } from '../../src/dev/postgres.ts';
import type { FaultPoint } from '../../src/platform/fault-points.ts';
import { type Made, Maker, type Wish } from './files.ts';
import { Role } from './role.ts';
import { Sender, type Sent } from './sender.ts';
import { Broker, Disk, Postgres, removeDisk, untilDone } from './servers.ts';
import { openStore, type Store, type StoreKind } from './store.ts';
import { Wire } from './wire.ts';

const FOLDER = `${HOME}/faults`;
/** Bytes without a file are forgotten after so long: longer than anything stands still at a point between the two. */
export const GRACE_SECONDS = 20;
const POSTGRES_DISK_MB = 2048;
const STORAGE_DISK_MB = 192;
const STANDING_MS = 45_000;
const SETTLED_MS = 60_000;

export type RoleName = 'api' | 'consumer' | 'transform';
const ROLES = ['api-1', 'api-2', 'consumer-1', 'consumer-2', 'transform-1', 'transform-2'] as const;

export interface StageOptions {
  seed: number;
  storage: StoreKind;
  /** The sources that the processes run; a mutant's in a test of the suite itself. */
  source: string;
  /** Only these, where not all are needed. */
  roles?: readonly string[];
}

/** Servers, processes, and the places between them where things are broken. */
export class Stage {
  readonly folder: string;
  readonly log: string;
  readonly random: Random;
  /** What no log and no answer may ever hold. */
  readonly marker: string;
  readonly token = randomBytes(16).toString('hex');
  readonly postgresDisk: Disk;
  readonly storageDisk: Disk;
  readonly postgres: Postgres;
  readonly broker: Broker;
  readonly sender: Sender;
  readonly roles = new Map<string, Role>();
  /** Files of which we have changed the stored bytes. */
  readonly tampered = new Set<string>();
  /** What did not hold while something was broken. */
  readonly violations: string[] = [];
  /** When the broker last lost what it had. */
  wipedAt = new Date(0);
  #store: Store | undefined;
  readonly #maker: Maker;
  readonly #source: string;
  readonly #names: readonly string[];
  readonly #wires = new Map<RoleName | 'amqp' | 'management', Wire>();

  private constructor({ seed, source, roles = ROLES }: StageOptions) {
    removeEarlier();
    this.folder = `${FOLDER}/${process.pid}-${Date.now()}`;
    this.log = `${this.folder}/log`;
    mkdirSync(this.log, { recursive: true, mode: 0o755 });
    this.random = new Random(`faults/${seed}`);
    this.marker = `phi${randomBytes(4).toString('hex')}`;
    this.#maker = new Maker(new Random(`faults/files/${seed}`), this.marker);
    this.#source = source;
    this.#names = roles;
    this.postgresDisk = new Disk(`${this.folder}/disk-postgres`, POSTGRES_DISK_MB);
    this.storageDisk = new Disk(`${this.folder}/disk-storage`, STORAGE_DISK_MB);
    this.postgres = new Postgres(this.postgresDisk.path, `${this.log}/postgres.log`);
    this.broker = new Broker(this.folder, `${this.log}/rabbitmq.log`);
    this.sender = new Sender(
      () => this.of('api').map(({ url }) => url),
      this.token,
      `${this.log}/responses.log`,
    );
  }

  static async open(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    try {
      await Promise.all([stage.postgres.start(), stage.broker.start()]);
      stage.#store = await openStore(options.storage, stage.storageDisk.path);
      const { settings } = stage.postgres;
      await promisify(execFile)(process.execPath, [`${stage.#source}/src/waymark.ts`, 'migrate'], {
        env: { ...process.env, ...settings },
      });
      for (const role of ['api', 'consumer', 'transform'] as const)
        stage.#wires.set(role, await Wire.open(Number(settings.POSTGRES_PORT)));
      const broker = stage.broker.settings;
      stage.#wires.set('amqp', await Wire.open(portOf(broker.AMQP_URL)));
      stage.#wires.set('management', await Wire.open(portOf(broker.RABBITMQ_MANAGEMENT_URL)));
      for (const name of stage.#names) stage.roles.set(name, await stage.#role(name));
      await Promise.all([...stage.roles.values()].map((role) => role.start()));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  get store(): Store {
    return this.#store!;
  }

  wire(to: RoleName | 'amqp' | 'management'): Wire {
    return this.#wires.get(to)!;
  }

  /** The processes of a role that run. */
  of(role: RoleName): Role[] {
    return [...this.roles.values()].filter(({ name, running }) => running && name.startsWith(role));
  }

  make(wish: Wish): Made {
    return this.#maker.make(wish);
  }

  send(wish: Wish): Promise<Sent> {
    return this.sender.send(this.make(wish));
  }

  /** Waits until one process of the role stands still at the point; the others do not. `lead` brings it there. */
  async standing(
    role: RoleName,
    point: FaultPoint,
    lead: () => Promise<unknown>,
    patienceMs = STANDING_MS,
  ): Promise<Role> {
    const { promise, resolve, reject } = Promise.withResolvers<Role>();
    const group = [...this.roles.values()].filter(({ name }) => name.startsWith(role));
    let first: Role | undefined;
    for (const each of group)
      each.arm(point, () => {
        if (first) return each.go(point);
        first = each;
        resolve(each);
      });
    const patience = setTimeout(() => reject(new Error(`no ${role} came to ${point}`)), patienceMs);
    // What stands still may be what answers it.
    lead().catch(reject);
    try {
      return await promise;
    } finally {
      clearTimeout(patience);
      for (const each of group) if (each !== first) each.disarm(point);
    }
  }

  /** Changes a byte of what is stored of a file. */
  async tamper(id: string): Promise<void> {
    this.tampered.add(id);
    const [file] = await this.postgres.query<{ storage_key: string }>(
      `select storage_key from ingest.file where id = '${id}'`,
    );
    await this.store.tamper(file!.storage_key);
  }

  /** Waits until a file is settled. @returns its state */
  settledFile(id: string, patienceMs = SETTLED_MS): Promise<string> {
    return untilDone(
      async () => {
        const [file] = await this.postgres.query<{ state: string }>(
          `select state from ingest.file where id = '${id}'`,
        );
        if (file!.state === 'received' || file!.state === 'loading') throw new Error('not yet');
        return file!.state;
      },
      'a file to be settled',
      patienceMs,
    );
  }

  /** Leads to Postgres and the broker where they are now. */
  redirect(): void {
    const postgres = Number(this.postgres.settings.POSTGRES_PORT);
    for (const role of ['api', 'consumer', 'transform'] as const) this.wire(role).leadTo(postgres);
    this.wire('amqp').leadTo(portOf(this.broker.settings.AMQP_URL));
    this.wire('management').leadTo(portOf(this.broker.settings.RABBITMQ_MANAGEMENT_URL));
  }

  async startPostgres(): Promise<void> {
    await this.postgres.start();
    this.redirect();
    await untilDone(() => this.postgres.query('select 1'), 'Postgres to be back');
  }

  async startBroker(): Promise<void> {
    await this.broker.start();
    this.redirect();
  }

  async close(): Promise<void> {
    for (const role of this.roles.values()) if (role.running) role.signal('SIGCONT');
    for (const role of this.roles.values()) if (role.running) role.signal('SIGTERM');
    await Promise.all([...this.roles.values()].map((role) => role.running && role.ended()));
    for (const wire of this.#wires.values()) await wire.close();
    await Promise.allSettled([this.broker.kill(), this.postgres.stop(), this.#store?.close()]);
  }

  /** Forgets everything but the logs. */
  remove(): void {
    removePostgres(`${this.postgresDisk.path}/postgres`);
    this.postgresDisk.remove();
    this.storageDisk.remove();
    rmSync(`${this.folder}/rabbitmq`, { recursive: true, force: true });
  }

  async #role(name: string): Promise<Role> {
    const role = name.replace(/-\d+$/, '') as RoleName;
    const port = String(await anyPort());
    const amqp = new URL(this.broker.settings.AMQP_URL);
    amqp.port = String(this.wire('amqp').port);
    return new Role({
      name,
      url: `http://127.0.0.1:${port}`,
      source: this.#source,
      log: `${this.log}/${name}.log`,
      env: {
        ...process.env,
        ...this.postgres.settings,
        POSTGRES_PORT: String(this.wire(role).port),
        AMQP_URL: amqp.href,
        RABBITMQ_MANAGEMENT_URL: `http://127.0.0.1:${this.wire('management').port}`,
        ...this.store.env,
        API_TOKEN: this.token,
        API_HOST: '127.0.0.1',
        API_PORT: port,
        METRICS_HOST: '127.0.0.1',
        METRICS_PORT: port,
        DBT_PYTHON,
        WAYMARK_FAULT_POINTS: 'on',
        LOG_LEVEL: 'debug',
        WAYMARK_DBT_TARGET: `${this.folder}/${name}`,
        MAX_ATTEMPTS: '6',
        RETRY_BASE_SECONDS: '0.2',
        STABILIZATION_SECONDS: '2',
        MAX_DELAY_SECONDS: '20',
        // Longer than between two purges, which wait for a moment without a run.
        MIN_INTERVAL_SECONDS: '12',
        POLL_INTERVAL_SECONDS: '0.5',
        ORPHAN_GRACE_SECONDS: String(GRACE_SECONDS),
      },
    });
  }
}

const portOf = (url: string) => Number(new URL(url).port);

/** What earlier runs have left: their logs, and, of one that was killed, its disks. */
function removeEarlier(): void {
  if (!existsSync(FOLDER)) return;
  for (const entry of readdirSync(FOLDER)) {
    const [pid] = entry.split('-').map(Number);
    // The logs of our own earlier runs may be wanted.
    if (pid === process.pid || identify(pid!)) continue;
    for (const disk of ['disk-postgres', 'disk-storage'])
      if (existsSync(`${FOLDER}/${entry}/${disk}`)) removeDisk(`${FOLDER}/${entry}/${disk}`);
    rmSync(`${FOLDER}/${entry}`, { recursive: true, force: true });
  }
}
