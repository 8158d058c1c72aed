import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { MulterError } from 'multer';
import { FileRejected } from '../load/rejection.ts';
import { isDatabaseError } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { StorageError } from '../storage/storage.ts';

/** Title by code; the code is the last part of the problem's `type`. */
const TITLES: Record<string, string> = {
  all_rows_rejected: 'No row of the file can be read',
  bad_header: 'The header cannot be read',
  bad_name: 'The file name or a form field is not right',
  bad_request: 'The request is not right',
  busy: 'Too many files are being sent',
  conflict: 'The file is in another state',
  damaged_workbook: 'The workbook is damaged',
  duplicate_columns: 'Two columns have one name',
  empty_file: 'The file is empty',
  encrypted_workbook: 'The workbook is protected',
  forbidden: 'The token does not permit this',
  internal: 'Something went wrong here',
  missing_columns: 'Required columns are missing',
  missing_sheet: 'The workbook lacks the sheet that is read',
  no_rows: 'The file has no rows',
  not_a_table: 'The file is neither CSV nor XLSX',
  not_a_workbook: 'The file is no workbook',
  not_found: 'There is no such thing',
  nul_bytes: 'The file is not text',
  storage_full: 'The storage is full',
  too_large: 'The file is too large',
  too_many_columns: 'The file has too many columns',
  too_many_requests: 'Too many requests',
  too_slow: 'The file comes too slowly',
  unauthorized: 'A valid token is needed',
  unavailable: 'A service that is needed is out of reach',
  unknown_client: 'No such client is described',
  unknown_feed: 'No such feed is described',
  unsupported_media_type: 'The request is not multipart/form-data',
  workbook_too_large: 'The workbook is too large',
  wrong_delimiter: 'The file has another delimiter',
  wrong_encoding: 'The file has another encoding',
  wrong_format: 'The file has another format',
  wrong_route: 'This file belongs to another route',
};

/** An expected failure, answered as a problem (RFC 9457). `detail` says what to do and never quotes a cell. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Turns whatever is thrown further in into `application/problem+json`. */
export function problems(log: Log): Koa.Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined)
        throw new Problem(404, 'not_found', `There is nothing at ${ctx.method} of this path; see /docs.`);
      // Answered before its end, as a form is that goes on after its last part.
      if (!ctx.req.complete) endWithConnection(ctx);
      if (ctx.status === 405)
        throw new Problem(ctx.status, 'bad_request', `${ctx.method} is not possible here; see /docs.`);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.status >= 500)
        log.error({ err: error, method: ctx.method, route: ctx.routerPath }, problem.message);
      if (problem.status === 408 || !(await drained(ctx.req))) endWithConnection(ctx);
      ctx.set(problem.headers);
      ctx.status = problem.status;
      ctx.body = {
        type: `urn:waymark:problem:${problem.code}`,
        title: TITLES[problem.code] ?? TITLES.bad_request,
        status: problem.status,
        detail: problem.message,
      };
      ctx.type = 'application/problem+json';
    }
  };
}

/**
 * A request that is answered and still comes in: Node would read on for as long as it lasts, and whoever waits for the
 * request's end would wait for ever, as the end of the connection is no event of a request that is answered.
 */
function endWithConnection(ctx: Koa.Context): void {
  ctx.set('connection', 'close');
  ctx.req.socket.once('close', () => ctx.req.destroy());
}

/** A client that is still sending sees the answer only after it; so much and so long it is listened to. */
const DRAIN_BYTES = 8 * 1024 * 1024;
const DRAIN_MS = 5000;

/** Reads the rest of a request's body and throws it away. @returns whether the end was reached */
async function drained(request: IncomingMessage): Promise<boolean> {
  if (request.complete || request.destroyed) return request.complete;
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  const timer = setTimeout(resolve, DRAIN_MS);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DRAIN_BYTES) resolve();
  });
  request.once('end', resolve).once('close', resolve);
  await promise;
  clearTimeout(timer);
  request.removeAllListeners('data').pause();
  return request.complete;
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof FileRejected) return new Problem(400, error.code, error.message);
  if (error instanceof MulterError) return multerProblem(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Problem(507, 'storage_full', 'There is no space left for the file. Try again later.');
  if (error instanceof StorageError) return storageProblem(error);
  if (isUnavailable(error)) return unavailable('The database is out of reach. Try again in a moment.');
  if (
    typeof message === 'string' &&
    /multipart|boundary|malformed part|unexpected end of form|request (aborted|closed)/i.test(message)
  )
    return new Problem(400, 'bad_request', 'The multipart body is malformed or was cut off. Send it again.');
  return new Problem(500, 'internal', 'An unexpected error; the log of the API has more.');
}

const unavailable = (detail: string) => new Problem(503, 'unavailable', detail, { 'retry-after': '5' });

function storageProblem({ code }: StorageError): Problem {
  if (code === 'EAGAIN') return unavailable('The storage is out of reach. Try again in a moment.');
  if (code === 'EACCES')
    return unavailable('The storage refuses the API, whose log says why. Once that is mended, try again.');
  return new Problem(500, 'internal', 'The bytes of the file are not there; the log of the API has more.');
}

function multerProblem(error: MulterError): Problem {
  if (error.code === 'LIMIT_FILE_SIZE')
    return new Problem(413, 'too_large', 'The file is larger than what is taken here. Send it in parts.');
  if (error.code === 'LIMIT_UNEXPECTED_FILE' || error.code === 'LIMIT_FILE_COUNT')
    return new Problem(400, 'bad_request', 'Send one file, in the form field "file".');
  return new Problem(400, 'bad_request', `The form is not right: ${error.message}.`);
}

/** The database cannot be reached, is starting or is stopping (SQLSTATE classes 08 and 57P, and socket errors). */
function isUnavailable(error: unknown): boolean {
  if (isDatabaseError(error)) return /^(08|57P|53300)/.test(error.code ?? '');
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EPIPE|EAI_AGAIN)$/.test(code ?? '') ||
    /timeout exceeded when trying to connect|connection terminated/i.test(message ?? '')
  );
}
