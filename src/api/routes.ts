import { Readable } from 'node:stream';
import Router from '@koa/router';
import type Koa from 'koa';
import type { z } from 'zod';
import { type FeedStatus, readFeedStatus } from '../files/feed-status.ts';
import { deleteFile, type FileRow, getFile, listFiles, rejectedRows, retryFile } from '../files/ledger.ts';
import type { FileType } from '../files/names.ts';
import { isDatabaseError, isUuid, SqlState } from '../platform/database.ts';
import { getRun, listRuns, type RunRow, requestRun } from '../transform/runs.ts';
import { documentation } from './documentation.ts';
import { Problem } from './problems.ts';
import { DEFAULT_LIMIT, FeedBody, FileBody, FilesQuery, PageQuery, RunBody } from './schemas.ts';
import { ROUTE_OF } from './target.ts';
import { receiveFile, takeIn, type Uploading } from './upload.ts';

/** Every route of the API. */
export function routes(uploading: Uploading): Router {
  const { pool } = uploading;
  const router = new Router();
  documentation(router);

  const upload = (path: string, type: FileType | undefined) =>
    router.post(path, receiveFile(uploading), async (ctx) => {
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
    const files = await listFiles(pool, filter, { before: cursor ? Number(cursor) : null, limit });
    ctx.body = { items: files.map(fileBody), next_cursor: nextCursor(files, limit) };
  });

  const find = async (id: string | undefined): Promise<FileRow> => {
    const file = id && isUuid(id) ? await getFile(pool, id) : undefined;
    if (!file) throw new Problem(404, 'not_found', 'There is no file of this id; see GET /files.');
    return file;
  };
  router.get('/files/:id', async (ctx) => {
    ctx.body = fileBody(await find(ctx.params.id));
  });
  router.delete('/files/:id', async (ctx) => {
    const { id, state } = await find(ctx.params.id);
    const deleted = await deleteFile(pool, id);
    if (!deleted && state !== 'deleted')
      throw new Problem(409, 'conflict', 'The file is being loaded. Try again once it is settled.');
    ctx.body = fileBody(deleted ?? (await find(id)));
  });
  router.post('/files/:id/retry', async (ctx) => {
    const { id } = await find(ctx.params.id);
    const retried = await retryFile(pool, id).catch((error: unknown) => {
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
    const { id } = await find(ctx.params.id);
    const csv = ctx.accepts('application/x-ndjson', 'text/csv') === 'text/csv';
    ctx.type = csv ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
    ctx.body = Readable.from(csv ? asCsv(rejectedRows(pool, id)) : asJsonLines(rejectedRows(pool, id)), {
      objectMode: false,
    });
  });

  router.get('/feeds', async (ctx) => {
    const feeds = await readFeedStatus(pool, uploading.feeds.all, new Date());
    ctx.body = { items: feeds.map(feedBody) };
  });

  router.get('/runs', async (ctx) => {
    const { cursor, limit = DEFAULT_LIMIT } = query(PageQuery, ctx.query);
    const runs = await listRuns(pool, { before: cursor ? Number(cursor) : null, limit });
    ctx.body = { items: runs.map(runBody), next_cursor: nextCursor(runs, limit) };
  });
  router.post('/runs', async (ctx) => {
    const run = await requestRun(pool);
    ctx.status = 202;
    ctx.set('location', `/runs/${run.id}`);
    ctx.body = runBody(run);
  });
  router.get('/runs/:id', async (ctx) => {
    const run = isUuid(ctx.params.id!) ? await getRun(pool, ctx.params.id!) : undefined;
    if (!run) throw new Problem(404, 'not_found', 'There is no run of this id; see GET /runs.');
    ctx.body = runBody(run);
  });
  return router;
}

/** Only what the schema names goes out. */
const fileBody = (file: FileRow) => FileBody.parse(JSON.parse(JSON.stringify(file)));
const feedBody = ({ expected, ...feed }: FeedStatus) =>
  FeedBody.parse({ ...feed, expected: expected ? { every: expected.every, by_day: expected.byDay } : null });
const runBody = (run: RunRow) => RunBody.parse(JSON.parse(JSON.stringify(run)));

const nextCursor = (rows: { sequence: number }[], limit: number) =>
  rows.length === limit ? String(rows.at(-1)!.sequence) : null;

function query<Schema extends z.ZodType>(schema: Schema, sent: unknown): z.output<Schema> {
  const read = schema.safeParse(sent);
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  throw new Problem(400, 'bad_request', `${issue.path.join('.')}: ${issue.message}.`);
}

async function* asJsonLines(rows: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

async function* asCsv(rows: AsyncIterable<object>): AsyncGenerator<string> {
  yield 'row_number,reason,message,raw\n';
  const quote = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  for await (const row of rows) yield `${Object.values(row).map(quote).join(',')}\n`;
}
