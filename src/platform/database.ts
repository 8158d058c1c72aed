import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Config } from './config.ts';
import { type Part, roleOf, takeRole } from './roles.ts';
import { explainTls, postgresTls } from './tls.ts';

export type Pool = pg.Pool;
export type Client = pg.ClientBase;
export type Queryable = Pick<pg.ClientBase, 'query'>;

const INT8 = 20;
const types = {
  // Counts and sizes stay far below 2^53.
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

export function connectionSettings(config: Config<'postgres'>): pg.ClientConfig {
  return {
    host: config.POSTGRES_HOST,
    port: config.POSTGRES_PORT,
    database: config.POSTGRES_DB,
    user: config.POSTGRES_USER,
    password: config.POSTGRES_PASSWORD,
    ssl: postgresTls(config),
    types,
    keepAlive: true,
  };
}

/** A connection whose attempt, where TLS is what it fails at, says what to do. */
export class Connection extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error) => void): void;
  override async connect(callback?: (error: Error) => void): Promise<pg.Client | undefined> {
    try {
      await super.connect();
    } catch (error) {
      const explained = explainTls(error, `${this.host}:${this.port}`, 'POSTGRES_SSLROOTCERT');
      if (!callback) throw explained;
      callback(explained as Error);
      return undefined;
    }
    callback?.(undefined as unknown as Error);
    return this;
  }
}

export interface PoolOptions {
  /** Whose rights the connections have; those of the login where it is not given. */
  as?: Part;
  /** Connections at most. */
  max?: number;
  /**
   * Its statements look for single rows: none is ever to read a table from end to end. A statement that is prepared while a
   * table is small would keep the plan that is good then until the server has looked at the table again.
   */
  pinpoint?: boolean;
  /** After how many milliseconds without an answer a query fails; never by default, as a load may take an hour. */
  queryTimeoutMs?: number;
}

/** A pool of connections that tells `onIdleError` of connections lost while nobody used them. */
export function createPool(
  config: Config<'postgres'>,
  applicationName: string,
  onIdleError: (error: Error) => void,
  { as, max = 10, pinpoint = false, queryTimeoutMs }: PoolOptions = {},
): Pool {
  const pool = new pg.Pool({
    ...connectionSettings(config),
    Client: Connection,
    application_name: `waymark-${applicationName}`,
    connectionTimeoutMillis: 10_000,
    max,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
    onConnect: async (client: pg.ClientBase) => {
      if (as) await takeRole(client, roleOf(config, as));
      if (pinpoint) await client.query('set enable_seqscan = off');
    },
  });
  pool.on('error', onIdleError);
  return pool;
}

/** A connection that knows whether it was lost. */
export interface Held {
  client: pg.PoolClient;
  /** Why the connection is lost; undefined while it is not. */
  lost(): Error | undefined;
}

/**
 * Lends `work` a connection of the pool. A connection that is lost meanwhile is not given back to the pool; its loss is
 * an error of the query that needed it, never one that ends the process.
 */
export async function withConnection<T>(pool: Pool, work: (held: Held) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let lost: Error | undefined;
  const onError = (error: Error) => {
    lost = error;
  };
  client.on('error', onError);
  try {
    return await work({ client, lost: () => lost });
  } catch (error) {
    if (isQueryTimeout(error)) lost = error;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(lost);
  }
}

/** Runs `work` in one transaction on a connection of the pool: committed when it returns, rolled back when it throws. */
export async function transaction<T>(pool: Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withConnection(pool, async ({ client, lost }) => {
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      // Behind a query without an answer, a rollback would wait as well; the connection's end does the same.
      if (!lost() && !isQueryTimeout(error)) await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

/**
 * A statement that each connection parses once, and plans once it has seen that one plan does for all values. The columns
 * of its result must stay what they are: with `*`, it would fail once a migration adds one.
 */
export function prepared(text: string): (values: unknown[]) => pg.QueryConfig {
  const name = createHash('sha256').update(text).digest('base64url');
  return (values) => ({ name, text, values });
}

export const isDatabaseError = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError;

/** Whether a query got no answer within the time that its pool allows: pg gives this error no code. */
export const isQueryTimeout = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

/** SQLSTATEs that Waymark acts upon (PostgreSQL manual, appendix A). */
export const SqlState = {
  characterNotInRepertoire: '22021',
  badCopyFileFormat: '22P04',
  uniqueViolation: '23505',
  programLimitExceeded: '54000',
  tooManyColumns: '54011',
  insufficientPrivilege: '42501',
  undefinedObject: '42704',
  duplicateObject: '42710',
  invalidPassword: '28P01',
  internalError: 'XX000',
  lockNotAvailable: '55P03',
  cannotConnectNow: '57P03',
} as const;

/** Quotes a name for use in SQL text. */
export const identifier = (name: string): string => pg.escapeIdentifier(name);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID, so that it may be compared with a column of that type. */
export const isUuid = (text: string): boolean => UUID.test(text);
