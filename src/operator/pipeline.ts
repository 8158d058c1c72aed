import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../platform/config.ts';
import { createPool, isDatabaseError, type Pool } from '../platform/database.ts';
import { TlsError } from '../platform/tls.ts';
import type { Memory } from '../transform/decide.ts';
import { Problem } from './problem.ts';

/** Reconciling asks one thing after the other; a transaction needs one more. */
const CONNECTIONS = 3;
/**
 * A query without an answer is given up after this, in milliseconds: of a connection that was dropped on the way nobody
 * tells, and the Transformation would wait for a quarter of an hour. All that is asked here takes seconds at most.
 */
const QUERY_TIMEOUT_MS = 60_000;

/** What is kept of one Transformation between two looks: nothing that could not be lost. */
export class Pipeline {
  /** Of the Transformation. */
  readonly uid: string;
  memory: Memory = { emptySince: undefined };
  /** The run whose Job this process has seen: it is not made again when it is gone. */
  jobSeenOf: string | undefined;
  #settings: Config<'postgres'> | undefined;
  #pool: Pool | undefined;
  readonly #onIdleError: (error: Error) => void;

  constructor(uid: string, onIdleError: (error: Error) => void) {
    this.uid = uid;
    this.#onIdleError = onIdleError;
  }

  /** Connections to the ledger; new ones where the Secret or the Transformation say otherwise than before. */
  ledger(settings: Config<'postgres'>): Pool {
    if (!this.#pool || !isDeepStrictEqual(settings, this.#settings)) {
      this.close().catch(this.#onIdleError);
      this.#settings = settings;
      this.#pool = createPool(settings, 'operator', this.#onIdleError, {
        as: 'transform',
        max: CONNECTIONS,
        queryTimeoutMs: QUERY_TIMEOUT_MS,
      });
    }
    return this.#pool!;
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }
}

/** SQLSTATEs of a database that `waymark migrate` has not brought up to date: no such table, schema or column. */
const NOT_MIGRATED = ['42P01', '3F000', '42703'];
/** SQLSTATEs that tell what is wrong with the settings. */
const REFUSED: Record<string, string> = {
  '28P01': 'it refused user or password',
  '28000': 'it refused the user',
  '3D000': 'it has no database of that name',
};
/** How pg words a connection that was lost, not made in time, or gave no answer: these have no code. */
const LOST =
  /^(Connection terminated|timeout exceeded|timeout expired|Client has encountered|Query read timeout)/;

/** Codes of the operating system and the resolver, such as ECONNREFUSED; Node's own begin with ERR_. */
const UNREACHABLE = /^E(?!RR_)[A-Z_]+$/;

/** An error of the database as a problem of the Transformation; undefined where it is none. */
export function ledgerProblem(error: unknown): Problem | undefined {
  if (isDatabaseError(error)) {
    if (NOT_MIGRATED.includes(error.code ?? ''))
      return new Problem('LedgerNotMigrated', 'the ledger is missing or old: run `waymark migrate`', {
        cause: error,
      });
    const why = REFUSED[error.code ?? ''] ?? `it answered with SQLSTATE ${error.code}`;
    return new Problem('DatabaseUnavailable', `the database cannot be used: ${why}`, { cause: error });
  }
  if (error instanceof TlsError)
    return new Problem('DatabaseUnavailable', `${error.message} (spec.database.tls)`, { cause: error });
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const unreachable = UNREACHABLE.test(code);
  if (!unreachable && !LOST.test(message)) return undefined;
  const why = unreachable ? code : 'the connection was lost, not made in time, or gives no answer';
  return new Problem(
    'DatabaseUnavailable',
    `the database is out of reach (${why}): look at spec.database, its Secret, and the server`,
    { cause: error },
  );
}
