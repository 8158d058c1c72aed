import { pino } from 'pino';
import { isDatabaseError } from './database.ts';

export type Log = pino.Logger;

/**
 * What of an error may be logged. The message, detail and context of a Postgres error can quote a row, so of those
 * only the codes and names are kept.
 */
export function loggableError(error: unknown): Record<string, unknown> {
  if (isDatabaseError(error)) {
    const { code, severity, schema, table, column, constraint, routine } = error;
    return { type: 'DatabaseError', code, severity, schema, table, column, constraint, routine };
  }
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: loggableError(error.cause) }),
  };
}

/** A logger that writes one JSON object a line to standard output. */
export function createLog(role: string, level: string): Log {
  return pino({
    level,
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: loggableError },
  });
}
