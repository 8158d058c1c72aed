import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import getPort, { portNumbers } from 'get-port';
import type { Part } from '../platform/roles.ts';
import type { Ending } from './ending.ts';
import { type Logins, loginsIn, loginVariables } from './logins.ts';
import { DBT_PYTHON, HOME, LOGINS, PROJECT } from './paths.ts';
import { choosePort } from './ports.ts';
import type { PostgresSettings } from './postgres.ts';
import { type Role, runCommand, startRole } from './role.ts';
import { keptSecret } from './secret.ts';
import { type Servers, startServers } from './servers.ts';

/** What was started and has to be stopped. */
export interface Running {
  servers: { stop(): Promise<void>; kill(): void }[];
  roles: Role[];
}

export interface Pipeline {
  settings: Servers['settings'] & PostgresSettings;
  /** What each part logs in with on a Postgres of our own; on one that is there, all use the login that it was given. */
  logins: Logins | undefined;
  apiUrl: string;
  apiToken: string;
  docsUrl: string;
  /** Where each role tells its metrics. */
  metricsUrls: Record<string, string>;
}

const USUAL_API_PORT = 8000;
const USUAL_DOCS_PORT = 8080;
/** Nobody needs these by heart: the first free ones are taken. */
const METRICS_PORTS = portNumbers(9101, 9199);
const LOCAL = '127.0.0.1';

/** Short waits, as a person is watching. */
const PACE = { STABILIZATION_SECONDS: '5', MAX_DELAY_SECONDS: '60' };

export interface PipelineOptions {
  ending: Ending;
  say: (line: string) => void;
  /** Takes what is started, also where a later start fails. */
  running: Running;
}

/** Starts servers, brings the tables up to date, starts all roles. Resolves when every one of them is ready. */
export async function startPipeline({ ending, say, running }: PipelineOptions): Promise<Pipeline> {
  say('Starting Postgres and RabbitMQ ...');
  const { settings } = await startServers({ ending, say, onStart: (child) => running.servers.push(child) });

  const storage = `${HOME}/storage`;
  const storageUrl = process.env.STORAGE_URL || pathToFileURL(storage).href;
  if (storageUrl.startsWith('s3:')) say(`Files are kept in ${storageUrl}.`);
  else mkdirSync(storage, { recursive: true, mode: 0o700 });
  const apiToken = process.env.API_TOKEN || keptSecret(`${HOME}/api-token`);
  const apiPort = await choosePort('the API', Number(process.env.API_PORT) || USUAL_API_PORT, say);
  const docsPort = await choosePort('the dbt docs', Number(process.env.DOCS_PORT) || USUAL_DOCS_PORT, say);
  const env: NodeJS.ProcessEnv = {
    ...PACE,
    FEEDS_DIR: `${PROJECT}/feeds`,
    DBT_PYTHON,
    DBT_PROJECT_DIR: `${PROJECT}/dbt`,
    WAYMARK_DBT_TARGET: `${HOME}/dbt-target`,
    ...process.env,
    ...settings,
    STORAGE_URL: storageUrl,
    API_TOKEN: apiToken,
    API_HOST: LOCAL,
    API_PORT: String(apiPort),
    DOCS_HOST: LOCAL,
    DOCS_PORT: String(docsPort),
    METRICS_HOST: LOCAL,
  };

  say('Bringing the tables up to date ...');
  const logins = process.env.POSTGRES_HOST ? undefined : loginsIn(LOGINS);
  await runCommand('migrate', { ...env, ...(logins && loginVariables(logins)) }, ending.signal);

  say('Starting the API, two consumers, the transformation loop and the docs server ...');
  const apiUrl = `http://${LOCAL}:${apiPort}`;
  const docsUrl = `http://${LOCAL}:${docsPort}`;
  const metricsUrls: Record<string, string> = {};
  const start = async (name: string, command: Part, url: string, own: NodeJS.ProcessEnv = {}) => {
    metricsUrls[name] = `${url}/metrics`;
    const roleEnv = { ...env, ...logins?.[command], ...own };
    running.roles.push(await startRole({ name, command, env: roleEnv, url, ending, say }));
  };
  const startUnasked = async (name: string, command: Part) => {
    const port = await getPort({ port: METRICS_PORTS });
    await start(name, command, `http://${LOCAL}:${port}`, { METRICS_PORT: String(port) });
  };
  const started = await Promise.allSettled([
    start('api', 'api', apiUrl),
    startUnasked('consumer-1', 'consumer'),
    startUnasked('consumer-2', 'consumer'),
    startUnasked('transform', 'transform'),
    start('docs', 'docs', docsUrl),
  ]);
  for (const result of started) if (result.status === 'rejected') throw result.reason;
  return { settings, logins, apiUrl, apiToken, docsUrl, metricsUrls };
}

/** Stops roles, then RabbitMQ, then Postgres: nobody loses a server that it still needs. */
export async function stopPipeline(running: Running): Promise<void> {
  await Promise.all(running.roles.map((role) => role.stop()));
  for (const server of running.servers.toReversed()) await server.stop();
}

export function killPipeline(running: Running): void {
  for (const process of [...running.roles, ...running.servers]) process.kill();
}

/** The variables with which psql, curl and `waymark load` reach the pipeline; the login reads every schema, and only that. */
export function variablesOf({
  settings,
  logins,
  apiUrl,
  apiToken,
  docsUrl,
}: Pipeline): Record<string, string> {
  const reading = { ...settings, ...logins?.auditor };
  return {
    ...reading,
    PGHOST: reading.POSTGRES_HOST,
    PGPORT: reading.POSTGRES_PORT,
    PGDATABASE: reading.POSTGRES_DB,
    PGUSER: reading.POSTGRES_USER,
    PGPASSWORD: reading.POSTGRES_PASSWORD,
    API_URL: apiUrl,
    API_TOKEN: apiToken,
    DOCS_URL: docsUrl,
  };
}

/** The addresses, for a person to click on. */
export function addressesOf({ settings, apiUrl, docsUrl, metricsUrls }: Pipeline): string {
  const metrics = Object.entries(metricsUrls).sort();
  const lines = [
    ['API docs', `${apiUrl}/docs`],
    ['dbt docs', docsUrl],
    ...metrics.map(([name, url], i) => [i === 0 ? 'Metrics' : '', `${url}  (${name})`]),
    ['RabbitMQ console', `${settings.RABBITMQ_MANAGEMENT_URL}  (user and password: those in AMQP_URL)`],
    ['For another terminal', '.waymark/env, for example: set -a; . .waymark/env; psql'],
    ['Logs', '.waymark/log'],
  ];
  return lines.map(([name, value]) => `  ${name!.padEnd(21)} ${value}`).join('\n');
}
