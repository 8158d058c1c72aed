import { createHash, timingSafeEqual } from 'node:crypto';
import type Koa from 'koa';
import { Problem } from './problems.ts';

/** Paths that anyone may see: probes, metrics and the documentation. */
const OPEN = /^\/(healthz|readyz|metrics|openapi\.json|docs(\/.*)?)?$/;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Lets a request through that carries the token, `Authorization: Bearer TOKEN`. */
export function auth(token: string): Koa.Middleware {
  const expected = digest(token);
  return async (ctx, next) => {
    if (!OPEN.test(ctx.path)) {
      const sent = /^Bearer +(\S+)$/i.exec(ctx.get('authorization'))?.[1];
      if (sent === undefined || !timingSafeEqual(digest(sent), expected))
        throw new Problem(
          401,
          'unauthorized',
          'Send the header "Authorization: Bearer TOKEN" with a valid token.',
          {
            'www-authenticate': 'Bearer realm="waymark"',
          },
        );
    }
    return next();
  };
}
