import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import pg from 'pg';
import { readConfig } from '../platform/config.ts';
import { Connection, connectionSettings } from '../platform/database.ts';
import { asUser, type Child, startChild, untilReady } from './child.ts';
import { run } from './command.ts';
import { findPostgres } from './need.ts';
import { anyPort, choosePort } from './ports.ts';
import { keptSecret } from './secret.ts';

export interface PostgresSettings {
  POSTGRES_HOST: string;
  POSTGRES_PORT: string;
  POSTGRES_DB: string;
  POSTGRES_USER: string;
  POSTGRES_PASSWORD: string;
  /** POSTGRES_SSLMODE and its fellows, of a server that is there. */
  [tls: `POSTGRES_SSL${string}`]: string;
}

export interface PostgresOptions {
  /** Where data and password are; survives a restart. */
  folder: string;
  log: string;
  say: (line: string) => void;
  signal: AbortSignal;
  /** For databases that nobody will miss: speed instead of safety against a crash of the machine, and any port. */
  throwAway?: boolean;
  /** Settings of the server in place of ours. */
  server?: Record<string, string>;
}

/** The system's user that runs Postgres for root, as it refuses root itself; the packages make it. */
const SERVER_USER = 'postgres';
/** Where root's data goes if that user cannot come to the clone. */
const SHARED_DATA = '/var/lib/waymark';
const USUAL_PORT = 5432;
const NAME = 'waymark';

/** The error of a start that a person can do something about. */
export class PostgresError extends Error {
  override name = 'PostgresError';
}

/** Starts a Postgres of our own on 127.0.0.1, with a superuser and a database `waymark`. */
export async function startPostgres(
  options: PostgresOptions,
): Promise<{ server: Child; settings: PostgresSettings }> {
  const { log, say, signal, throwAway = false } = options;
  const user = process.getuid?.() === 0 ? SERVER_USER : undefined;
  const folder = placeFolder(options.folder, user);
  const data = `${folder}/data`;
  const password = keptSecret(`${dirname(options.folder)}/postgres-password`);
  const bin = findPrograms(data);
  if (!existsSync(`${data}/PG_VERSION`)) await initialize({ bin, data, password, user, throwAway, signal });
  else removeStalePidFile(data);

  const port = throwAway ? await anyPort() : await choosePort('Postgres', USUAL_PORT, say);
  const server = await startChild({
    name: 'postgres',
    command: [`${bin}/postgres`, '-D', data, ...flags(port, throwAway, options.server)],
    env: serverEnvironment(),
    // Where root works, the server's user may not even be allowed to look.
    cwd: folder,
    log,
    ...(user ? { user } : {}),
    // A fast shutdown: the default of SIGTERM waits for clients to leave.
    stopSignal: 'SIGINT',
    graceMs: 60_000,
  });
  const settings = {
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: String(port),
    POSTGRES_DB: NAME,
    POSTGRES_USER: NAME,
    POSTGRES_PASSWORD: password,
  };
  try {
    await untilReady(server, () => query(settings, 'postgres', 'select 1'), { signal });
    await ensureDatabase(settings);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, settings };
}

/** Creates the database of the settings if it is not there. */
export async function ensureDatabase(settings: PostgresSettings): Promise<void> {
  const name = settings.POSTGRES_DB;
  try {
    await query(settings, name, 'select 1');
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error; // invalid_catalog_name
    await query(settings, 'postgres', `create database ${pg.escapeIdentifier(name)}`);
  }
}

/** The settings of a server that POSTGRES_HOST names. */
export function existingPostgres(env: NodeJS.ProcessEnv): PostgresSettings {
  return {
    POSTGRES_HOST: env.POSTGRES_HOST!,
    POSTGRES_PORT: env.POSTGRES_PORT || String(USUAL_PORT),
    POSTGRES_DB: env.POSTGRES_DB || NAME,
    POSTGRES_USER: env.POSTGRES_USER || NAME,
    POSTGRES_PASSWORD: env.POSTGRES_PASSWORD ?? '',
    ...Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('POSTGRES_SSL'))),
  };
}

/** Runs one statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  settings: PostgresSettings,
  database: string,
  text: string,
): Promise<Row[]> {
  const config = readConfig({ ...settings }, 'postgres');
  const client = new Connection({
    ...connectionSettings({ ...config, POSTGRES_DB: database }),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => {}); // The query's own error tells enough.
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Removes the data, wherever it is. */
export function removePostgres(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const shared = readlinkSync(folder);
    if (dirname(shared) === SHARED_DATA) {
      rmSync(shared, { recursive: true, force: true });
      if (existsSync(SHARED_DATA) && readdirSync(SHARED_DATA).length === 0) rmdirSync(SHARED_DATA);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${dirname(folder)}/postgres-password`, { force: true });
}

/**
 * Makes the folder, owned by who runs the server, where that user can come to it.
 * @returns its real place
 */
function placeFolder(folder: string, user: string | undefined): string {
  mkdirSync(dirname(folder), { recursive: true });
  if (!user) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) makeFor(user, folder);
  if (canWrite(user, folder)) return folder;
  // A clone below /root, for example. The link keeps the data findable from the clone.
  const shared = sharedFolder(folder);
  mkdirSync(dirname(shared), { recursive: true, mode: 0o755 });
  makeFor(user, shared);
  if (!canWrite(user, shared))
    throw new PostgresError(`The user ${user} can write neither to ${folder} nor to ${shared}.`);
  rmSync(folder, { recursive: true, force: true });
  symlinkSync(shared, folder);
  return shared;
}

function makeFor(user: string, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, ...idsOf(user));
}

const sharedFolder = (folder: string) =>
  `${SHARED_DATA}/${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;

const canWrite = (user: string, folder: string) =>
  spawnSync('setpriv', [...asUser(user), '--', 'test', '-w', folder], { stdio: 'ignore' }).status === 0;

function idsOf(user: string): [uid: number, gid: number] {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
    return [id('-u'), id('-g')];
  } catch (cause) {
    throw new PostgresError(
      `Postgres does not run as root, and there is no user ${user} to run it. ` +
        `Run Waymark as another user than root, or make that one.`,
      { cause },
    );
  }
}

/** The programs of the version that made the data; the newest where there is none yet. */
function findPrograms(data: string): string {
  const version = `${data}/PG_VERSION`;
  const major = existsSync(version) ? Number(readFileSync(version, 'utf8')) : undefined;
  const bin = findPostgres(major);
  if (bin) return bin;
  throw new PostgresError(
    `The data under ${data} was made by PostgreSQL ${major}, which is not installed any more. ` +
      'Install that version, or remove the data with `npm run reset`.',
  );
}

type Initialize = {
  bin: string;
  data: string;
  password: string;
  user: string | undefined;
  throwAway: boolean;
  signal: AbortSignal;
};

async function initialize({ bin, data, password, user, throwAway, signal }: Initialize): Promise<void> {
  const passwordFile = `${dirname(data)}/initial-password`;
  rmSync(data, { recursive: true, force: true }); // What an interrupted start has left.
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, ...idsOf(user));
  // Linux has a C locale that knows UTF-8: order by code point, letter case as Unicode has it.
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8';
  const command = [
    ...(user ? ['setpriv', ...asUser(user), '--'] : []),
    `${bin}/initdb`,
    ...['--pgdata', data, '--username', NAME, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale', locale, ...(throwAway ? ['--no-sync'] : [])],
  ];
  try {
    await run(command[0]!, command.slice(1), { signal, env: serverEnvironment(), cwd: dirname(data) });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** After a crash of the machine the file may name a process that is another one now; then Postgres would not start. */
function removeStalePidFile(data: string): void {
  const file = `${data}/postmaster.pid`;
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const name =
    spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? procName(pid);
  if (!/postgres|postmaster/.test(name)) rmSync(file);
}

function procName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

function flags(port: number, throwAway: boolean, ours: Record<string, string> = {}): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '4GB',
    // Compiling queries takes longer than what it saves at the sizes of one machine.
    jit: 'off',
    // Errors quote rows, and no row value belongs in a log. Whoever sent the statement is told.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(throwAway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...ours,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Without variables that libpq and initdb would take for instructions. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
}
