import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** What a header's quoted string may not hold, written as forms do (HTML, "multipart/form-data encoding algorithm"). */
const ESCAPES: Record<string, string> = { '"': '%22', '\r': '%0D', '\n': '%0A' };

/**
 * Sends a file as the form field `file`, streamed from the disk. Not by `fetch`: in Node 24 a fetch that is aborted while
 * it sends a form ends the whole process.
 * @throws the socket's error, or AbortError
 */
export async function uploadFile(
  url: URL,
  path: string,
  options: { headers: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<{ status: number; body: string; retryAfter: string | undefined }> {
  const boundary = `waymark-${randomUUID()}`;
  const name = basename(path).replace(/["\r\n]/g, (found) => ESCAPES[found]!);
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n` +
      'content-type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { size } = await stat(path);
  const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: {
      ...options.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + size + tail.length,
    },
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // A refusal may come before all is sent; that the rest cannot be sent is then no error.
  outgoing.on('error', () => {});
  const sent = pipeline(async function* () {
    yield head;
    yield* createReadStream(path);
    yield tail;
  }, outgoing);
  sent.catch(() => {});
  const [response] = await answered;
  return {
    status: response.statusCode!,
    body: await text(response),
    retryAfter: response.headers['retry-after'],
  };
}
