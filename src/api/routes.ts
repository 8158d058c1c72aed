import { Readable } from 'node:stream';
import Router from '@koa/router';
import type Koa from 'koa';
import type { z } from 'zod';
import { isFor, type Right } from '../access/principal.ts';
import { type AuditRow, audit, listAudit } from '../files/audit.ts';
import { type FeedStatus, readFeedStatus } from '../files/feed-status.ts';
import { deleteFile, type FileRow, getFile, listFiles, rejectedRows, retryFile } from '../files/ledger.ts';
import type { FileType } from '../files/names.ts';
import { isDatabaseError, isUuid, SqlState, transaction } from '../platform/database.ts';
import { getRun, listRuns, type RunRow, requestRun } from '../transform/runs.ts';
import { actorOf, feedsOf, principalOf, require, requireAllClients } from './auth.ts';
import { documentation } from './documentation.ts';
import { asCsv, asJsonLines } from './download.ts';
import { Problem } from './problems.ts';
import {
  AuditBody,
  AuditQuery,
  DEFAULT_LIMIT,
  FeedBody,
  FileBody,
  FilesQuery,
  PageQuery,
  RunBody,
} from './schemas.ts';
import { ROUTE_OF } from './target.ts';
import { receiveFile, takeIn, type Uploading } from './upload.ts';
import { boundedUploads } from './uploads.ts';

/** Every route of the API. */
export function routes(uploading: Uploading): Router {
  const { pool } = uploading;
  const router = new Router();
  documentation(router);

  const bounded = boundedUploads(uploading);
  const upload = (path: string, type: FileType | undefined) =>
    router.post(path, needs('send'), bounded, receiveFile(uploading), async (ctx) => {
      const { file, held } = await takeIn(ctx as unknown as Koa.Context, type, uploading);
      ctx.status = held ? 200 : 202;
      ctx.set('location', `/files/${file.id}`);
      ctx.body = fileBody(file);
    });
  upload(ROUTE_OF.patient_registration, 'patient_registration');
  upload(ROUTE_OF.claims, 'claims');
  upload('/files', undefined);

  router.get('/files', async (ctx) => {
    const { cursor, limit = DEFAULT_LIMIT, ...filter } = query(FilesQuery, ctx.query);
    const { clients } = principalOf(ctx);
    const seen = clients === '*' ? filter : { ...filter, clients };
    const files = await listFiles(pool, seen, { before: cursor ? Number(cursor) : null, limit });
    ctx.body = { items: files.map(fileBody), next_cursor: nextCursor(files, limit) };
  });

  const find = async (ctx: Routed): Promise<FileRow> => {
    const { id } = ctx.params;
    const file = id && isUuid(id) ? await getFile(pool, id) : undefined;
    if (!file || !isFor(principalOf(ctx), file.client))
      throw new Problem(404, 'not_found', 'There is no file of this id; see GET /files.');
    return file;
  };
  router.get('/files/:id', async (ctx) => {
    ctx.body = fileBody(await find(ctx));
  });
  router.delete('/files/:id', needs('administer'), async (ctx) => {
    const { id, state } = await find(ctx);
    const deleted = await deleteFile(pool, id, actorOf(ctx));
    if (!deleted && state !== 'deleted')
      throw new Problem(409, 'conflict', 'The file is being loaded. Try again once it is settled.');
    ctx.body = fileBody(deleted ?? (await find(ctx)));
  });
  router.post('/files/:id/retry', needs('administer'), async (ctx) => {
    const { id } = await find(ctx);
    const retried = await retryFile(pool, id, actorOf(ctx)).catch((error: unknown) => {
      if (isDatabaseError(error) && error.code === SqlState.uniqueViolation)
        throw new Problem(
          409,
          'conflict',
          'The same bytes were accepted again meanwhile; there is nothing to retry.',
        );
      throw error;
    });
    if (!retried) throw new Problem(409, 'conflict', 'Only a failed or a rejected file can be retried.');
    uploading.onAccepted(retried);
    ctx.status = 202;
    ctx.set('location', `/files/${id}`);
    ctx.body = fileBody(retried);
  });
  router.get('/files/:id/rejected-rows', async (ctx) => {
    const file = await find(ctx);
    await audit(pool, actorOf(ctx), 'rejected_rows_read', { file });
    const csv = ctx.accepts('application/x-ndjson', 'text/csv') === 'text/csv';
    ctx.type = csv ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
    const rows = rejectedRows(pool, file.id);
    ctx.body = Readable.from(csv ? asCsv(rows) : asJsonLines(rows), { objectMode: false });
  });

  router.get('/feeds', async (ctx) => {
    const feeds = await readFeedStatus(pool, feedsOf(ctx, uploading.feeds).all, new Date());
    ctx.body = { items: feeds.map(feedBody) };
  });

  router.get('/runs', async (ctx) => {
    const { cursor, limit = DEFAULT_LIMIT } = query(PageQuery, ctx.query);
    const runs = await listRuns(pool, { before: cursor ? Number(cursor) : null, limit });
    ctx.body = { items: runs.map((run) => runBody(run, ctx)), next_cursor: nextCursor(runs, limit) };
  });
  router.post('/runs', needs('administer'), async (ctx) => {
    const run = await transaction(pool, async (client) => {
      const requested = await requestRun(client);
      await audit(client, actorOf(ctx), 'run_requested', { run_id: requested.id });
      return requested;
    });
    ctx.status = 202;
    ctx.set('location', `/runs/${run.id}`);
    ctx.body = runBody(run, ctx);
  });
  router.get('/runs/:id', async (ctx) => {
    const run = isUuid(ctx.params.id!) ? await getRun(pool, ctx.params.id!) : undefined;
    if (!run) throw new Problem(404, 'not_found', 'There is no run of this id; see GET /runs.');
    ctx.body = runBody(run, ctx);
  });

  router.get('/audit', needs('administer'), async (ctx) => {
    requireAllClients(ctx);
    const { cursor, limit = DEFAULT_LIMIT, ...filter } = query(AuditQuery, ctx.query);
    const entries = await listAudit(pool, filter, { before: cursor ? Number(cursor) : null, limit });
    ctx.body = { items: entries.map(auditBody), next_cursor: nextCursor(entries, limit) };
  });
  return router;
}

type Routed = Pick<Koa.Context, 'state'> & { params: Record<string, string | undefined> };

/** Lets those through whose role has the right, before a body is read. */
const needs =
  (right: Right): Koa.Middleware =>
  (ctx, next) => {
    require(ctx, right);
    return next();
  };

/** Only what the schema names goes out. */
const fileBody = (file: FileRow) => FileBody.parse(JSON.parse(JSON.stringify(file)));
const feedBody = ({ expected, ...feed }: FeedStatus) =>
  FeedBody.parse({ ...feed, expected: expected ? { every: expected.every, by_day: expected.byDay } : null });
const auditBody = (entry: AuditRow) => AuditBody.parse(JSON.parse(JSON.stringify(entry)));
/** Names of models and tests name clients: those who may not know of all of them get their number only. */
const runBody = (run: RunRow, ctx: Pick<Koa.Context, 'state'>) => {
  const body = RunBody.parse(JSON.parse(JSON.stringify(run)));
  if (principalOf(ctx).clients === '*') return body;
  return { ...body, summary: body.summary && { ...body.summary, failing: [], warning: [] }, message: null };
};

const nextCursor = (rows: { sequence: number }[], limit: number) =>
  rows.length === limit ? String(rows.at(-1)!.sequence) : null;

function query<Schema extends z.ZodType>(schema: Schema, sent: unknown): z.output<Schema> {
  const read = schema.safeParse(sent);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new Problem(400, 'bad_request', `${issue.path.join('.')}: ${issue.message}.`);
}
