import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Child, startChild, turnLog, untilReady } from '../../src/dev/child.ts';
import { PROJECT } from '../../src/dev/paths.ts';
import { anyPort } from '../../src/dev/ports.ts';
import { removePostgres, startPostgres } from '../../src/dev/postgres.ts';
import { removeRabbitmq, startRabbitmq } from '../../src/dev/rabbitmq.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createPool, type Pool } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { peakOf } from '../load/measure.ts';
import { cpuSeconds } from './processes.ts';

const LOCAL = '127.0.0.1';
const HEALTHY = { say: () => {}, signal: new AbortController().signal };

export interface StandOptions {
  folder: string;
  consumers: number;
  /** Settings of the roles beside those that say where everything is. */
  env?: Record<string, string>;
  /** Settings of Postgres in place of ours. */
  server?: Record<string, string>;
  /** The sources that the roles run: those of another checkout, to be held against these. */
  source?: string;
  /** Arguments of Node for a role, by its name: a profiler. */
  node?: (role: string) => string[];
}

/** The product in processes, as in earnest: Postgres and RabbitMQ that write through, an API with its relay, consumers. */
export class Stand {
  readonly pool: Pool;
  readonly apiUrl: string;
  readonly token: string;
  /** Servers and roles, in the order of their start. */
  readonly #children: Map<string, Child>;
  readonly #folder: string;

  private constructor(
    folder: string,
    children: Map<string, Child>,
    at: Pick<Stand, 'pool' | 'apiUrl' | 'token'>,
  ) {
    this.#folder = folder;
    this.#children = children;
    this.pool = at.pool;
    this.apiUrl = at.apiUrl;
    this.token = at.token;
  }

  static async start({
    folder,
    consumers,
    env = {},
    server = {},
    source = PROJECT,
    node = () => [],
  }: StandOptions): Promise<Stand> {
    removeAll(folder);
    mkdirSync(`${folder}/storage`, { recursive: true });
    const children = new Map<string, Child>();
    try {
      const postgres = await startPostgres({
        ...HEALTHY,
        ...{ folder: `${folder}/postgres`, log: `${folder}/postgres.log`, server },
      });
      children.set('postgres', postgres.server);
      const broker = await startRabbitmq({
        ...HEALTHY,
        ...{ folder: `${folder}/rabbitmq`, log: `${folder}/rabbitmq.log`, throwAway: true },
      });
      children.set('epmd', broker.portMapper).set('rabbitmq', broker.server);
      const config = readConfig({ ...postgres.settings }, 'postgres');
      await migrate(config);
      const token = randomBytes(16).toString('hex');
      const start = async (name: string, command: string) => {
        const port = String(await anyPort());
        turnLog(`${folder}/${name}.log`);
        const url = `http://${LOCAL}:${port}`;
        const child = await startChild({
          name,
          command: [process.execPath, ...node(name), `${source}/src/waymark.ts`, command],
          cwd: source,
          env: {
            ...process.env,
            ...postgres.settings,
            ...broker.settings,
            STORAGE_URL: pathToFileURL(`${folder}/storage`).href,
            FEEDS_DIR: `${PROJECT}/feeds`,
            ...{ API_TOKEN: token, API_HOST: LOCAL, API_PORT: port, METRICS_HOST: LOCAL, METRICS_PORT: port },
            ...env,
          },
          log: `${folder}/${name}.log`,
          channel: true,
        });
        children.set(name, child);
        await untilReady(child, () => ready(url), HEALTHY);
        return url;
      };
      const apiUrl = await start('api', 'api');
      for (let i = 1; i <= consumers; i++) await start(`consumer-${i}`, 'consumer');
      return new Stand(folder, children, { pool: createPool(config, 'bench', () => {}), apiUrl, token });
    } catch (error) {
      for (const child of [...children.values()].toReversed()) await child.stop();
      throw error;
    }
  }

  /** The most memory that each role has had so far, in MB; of consumers, the one with the most. */
  peaks(): Record<string, number> {
    // Of Postgres it would be the memory of its first process only.
    const { postgres, epmd, ...all } = this.#pids();
    return each(all, (pids) => Math.max(...pids.map(peakOf)));
  }

  /** Seconds of a CPU that each role has had so far, and this process, which is the client. */
  cpu(): Record<string, number> {
    const { epmd, ...all } = this.#pids();
    const { user, system } = process.cpuUsage();
    return { client: (user + system) / 1e6, ...each(all, cpuSeconds) };
  }

  #pids(): Record<string, number[]> {
    const roles = Map.groupBy(this.#children.entries(), ([name]) => name.replace(/-\d+$/, ''));
    return Object.fromEntries(Array.from(roles, ([role, all]) => [role, all.map(([, { pid }]) => pid)]));
  }

  async stop(): Promise<void> {
    await this.pool.end();
    for (const child of [...this.#children.values()].toReversed()) await child.stop();
    removeAll(this.#folder);
  }
}

const each = <From, To>(of: Record<string, From>, work: (from: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([name, from]) => [name, work(from)]));

function removeAll(folder: string): void {
  removePostgres(`${folder}/postgres`);
  removeRabbitmq(`${folder}/rabbitmq`);
  rmSync(`${folder}/storage`, { recursive: true, force: true });
}

async function ready(url: string): Promise<void> {
  const response = await fetch(`${url}/readyz`);
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`${url}/readyz answers ${response.status}`);
}
