import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';
import { principalOf } from './auth.ts';
import { Problem } from './problems.ts';

export interface UploadLimits {
  /** Uploads that may be under way in one process; of one token half as many. */
  maxConcurrent: number;
  /** In so many seconds at least `MIN_BYTES` have to come, from the first on. */
  stallSeconds: number;
  /** Largest file, in bytes. */
  maxUploadBytes: number;
}

/** A line on which this takes the whole of a stall's time is as good as cut. */
const MIN_BYTES = 8 * 1024;
/** How often an upload is looked at. */
const LOOK_MS = 500;
/** What a request may have besides its file: fields, boundaries, the lengths of chunks. */
const BESIDES_BYTES = 1024 * 1024;
const BESIDES_SHARE = 0.1;

/**
 * Holds uploads to a number that memory is enough for. Ends those that bring hardly a byte, or no end: what a body is
 * refused for is told only once it was read.
 */
export function boundedUploads(limits: UploadLimits): Koa.Middleware {
  const ofToken = new Map<string, number>();
  let underWay = 0;
  return async (ctx, next) => {
    const { id } = principalOf(ctx);
    const own = ofToken.get(id) ?? 0;
    if (own >= Math.ceil(limits.maxConcurrent / 2))
      throw new Problem(429, 'too_many_requests', `${own} files are being sent with this token already.`, {
        'retry-after': '2',
      });
    if (underWay >= limits.maxConcurrent)
      throw new Problem(503, 'busy', `${underWay} files are being sent already. Try again in a moment.`, {
        'retry-after': '2',
      });
    underWay++;
    ofToken.set(id, own + 1);
    const watch = watched(ctx.req, limits);
    const taken = next();
    // Where the answer does not wait for it, it ends when the connection does: until then it has its place.
    taken
      .catch(() => {})
      .finally(() => {
        underWay--;
        const left = ofToken.get(id)! - 1;
        if (left > 0) ofToken.set(id, left);
        else ofToken.delete(id);
      });
    try {
      return await Promise.race([taken, watch.broken]);
    } finally {
      watch.end();
    }
  };
}

/** Looks at what comes in. `broken` is rejected once it is too little, or too much. */
function watched(request: IncomingMessage, { stallSeconds, maxUploadBytes }: UploadLimits) {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  const { socket } = request;
  const begun = socket.bytesRead;
  const most = maxUploadBytes * (1 + BESIDES_SHARE) + BESIDES_BYTES;
  let [since, seen] = [performance.now(), begun];
  const looking = setInterval(
    () => {
      if (request.complete) return clearInterval(looking);
      const { bytesRead } = socket;
      if (bytesRead - begun > most)
        reject(
          new Problem(413, 'too_large', `The request is larger than a file of ${maxUploadBytes} bytes.`),
        );
      const now = performance.now();
      // What waits here to be written is not the client's fault.
      if (bytesRead - seen >= MIN_BYTES || request.readableLength > 0) [since, seen] = [now, bytesRead];
      else if (now - since > stallSeconds * 1000)
        reject(
          new Problem(
            408,
            'too_slow',
            `Less than ${MIN_BYTES} bytes came in ${stallSeconds} s. Send the file again.`,
          ),
        );
    },
    Math.min(LOOK_MS, stallSeconds * 1000),
  );
  return { broken, end: () => clearInterval(looking) };
}
