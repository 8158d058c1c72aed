import pg from 'pg';
import { type ApiClient, createApiClient, type RunAnswer } from '../../src/dev/api-client.ts';
import type { PostgresSettings } from '../../src/dev/postgres.ts';
import { RUN_LABEL } from '../../src/operator/transformation.ts';
import { until } from '../setup/until.ts';
import type { Forward, Namespace } from './kube.ts';

export interface Job {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  status: { succeeded?: number; failed?: number };
}

/** A release in a namespace, and the ways to its API and database. */
export class Installation {
  readonly namespace: Namespace;
  readonly #release: string;
  readonly #patienceMs: number;
  #ways: Forward[] = [];
  api!: ApiClient;
  /** What `waymark load` needs. */
  env!: { API_URL: string; API_TOKEN: string };
  settings!: PostgresSettings;
  db!: pg.Pool;
  /** As the owner, who sees what the sessions of others do. */
  owner!: pg.Pool;

  constructor(namespace: Namespace, release: string, patienceMs: number) {
    this.namespace = namespace;
    this.#release = release;
    this.#patienceMs = patienceMs;
  }

  /** Opens the ways to API and database, or anew: a way ends with the pod that it led to. */
  async connect(): Promise<void> {
    await this.close();
    const { token } = await this.namespace.secret(`${this.#release}-api`);
    const url = await this.way('api', 8000);
    this.env = { API_URL: url, API_TOKEN: token! };
    this.api = createApiClient({ url, token: token! });
    // The login that reads everything, and changes nothing.
    const { username, password } = await this.namespace.secret(`${this.#release}-postgres-auditor`);
    const { hostname, port } = new URL(await this.way('postgres', 5432));
    this.settings = {
      POSTGRES_HOST: hostname,
      POSTGRES_PORT: port,
      POSTGRES_DB: 'waymark',
      POSTGRES_USER: username!,
      POSTGRES_PASSWORD: password!,
    };
    this.db = new pg.Pool({
      host: hostname,
      port: Number(port),
      database: 'waymark',
      user: username!,
      password: password!,
    });
    this.db.on('error', () => {});
    const owner = await this.namespace.secret(`${this.#release}-postgres`);
    this.owner = new pg.Pool({
      host: hostname,
      port: Number(port),
      database: 'waymark',
      user: owner.username!,
      password: owner.password!,
    });
    this.owner.on('error', () => {});
  }

  /** A way to a port of a component's Service. */
  async way(component: string, port: number): Promise<string> {
    const opened = await this.namespace.forward(`svc/${this.#release}-${component}`, port);
    this.#ways.push(opened);
    return `http://${opened.host}:${opened.port}`;
  }

  async close(): Promise<void> {
    await this.db?.end();
    await this.owner?.end();
    for (const opened of this.#ways.splice(0)) opened.close();
  }

  /** The Jobs of runs, of every release in the namespace. */
  async jobs(): Promise<Job[]> {
    return (await this.namespace.get('jobs', '--selector', RUN_LABEL)).items;
  }

  /** The runs in the ledger, the newest first. */
  async runs(): Promise<RunAnswer[]> {
    const response = await fetch(`${this.env.API_URL}/runs`, {
      headers: { authorization: `Bearer ${this.env.API_TOKEN}` },
    });
    if (!response.ok) throw new Error(`GET /runs: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { items: RunAnswer[] }).items;
  }

  /** Waits until every loaded file is in the marts and none is on its way. @throws where dbt fails */
  async materialized(): Promise<RunAnswer> {
    return until(
      async () => {
        const newest = (await this.runs())[0];
        if (newest?.state === 'failed') throw new Error(`dbt failed: ${JSON.stringify(newest)}`);
        const files = await this.api.files();
        const waiting = files.filter(
          ({ state, run_id }) =>
            state === 'received' || state === 'loading' || (state === 'loaded' && run_id === null),
        );
        return newest?.state === 'succeeded' && waiting.length === 0 ? newest : undefined;
      },
      'the files to be in the marts',
      this.#patienceMs,
    );
  }

  /** What neither an upgrade nor an uninstall may change. */
  async held() {
    return {
      files: (await this.db.query('select id, state, run_id from ingest.file order by id')).rows,
      lines: (await this.db.query('select count(*)::int as n from mart.claim_line')).rows,
      token: (await this.namespace.secret(`${this.#release}-api`)).token,
      password: (await this.namespace.secret(`${this.#release}-postgres`)).password,
    };
  }
}
