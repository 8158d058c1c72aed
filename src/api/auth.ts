import type { BlockList } from 'node:net';
import type Koa from 'koa';
import { InvalidJwt, looksLikeJwt, NoRights, type Oidc, ProviderUnavailable } from '../access/oidc.ts';
import { isFor, may, type Principal, type Right } from '../access/principal.ts';
import { RateLimit } from '../access/rate-limit.ts';
import { findToken, type Token } from '../access/tokens.ts';
import { type Actor, audit } from '../files/audit.ts';
import { Feeds } from '../files/feeds.ts';
import type { Queryable } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { addressOf } from './address.ts';
import { Problem } from './problems.ts';

/** Paths that anyone may see: probes, metrics and the documentation. */
const OPEN = /^\/(healthz|readyz|metrics|openapi\.json|docs(\/.*)?)?$/;

/** Denials that the audit takes in: whoever tries tokens cannot fill the disk. The others are counted in the next entry. */
const DENIALS = { perSecond: 1, burst: 30 };

export interface Access {
  /** The tokens that hold now. */
  tokens: () => readonly Token[];
  oidc: Oidc | undefined;
  limit: RateLimit;
  /** Whose X-Forwarded-For is believed. */
  proxies: BlockList;
}

const CHALLENGE = 'Bearer realm="waymark"';

const unauthorized = (sent: boolean) =>
  new Problem(401, 'unauthorized', 'Send the header "Authorization: Bearer TOKEN" with a valid token.', {
    'www-authenticate': sent ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE,
  });

const forbidden = (detail: string) =>
  new Problem(403, 'forbidden', detail, {
    'www-authenticate': `${CHALLENGE}, error="insufficient_scope"`,
  });

/** Lets a request through that carries a known token, `Authorization: Bearer TOKEN`, at the rate that it may have. */
export function auth(access: Access, db: Queryable, log: Log): Koa.Middleware {
  const denied = denials(db, log);
  return async (ctx, next) => {
    if (OPEN.test(ctx.path)) return next();
    const actor: Actor = { id: 'anonymous', address: addressOf(ctx.req, access.proxies) };
    ctx.state.actor = actor;
    try {
      const principal = await identify(access, ctx.get('authorization'));
      ctx.state.principal = principal;
      actor.id = principal.id;
      const waitMs = access.limit.take(principal.id, performance.now());
      if (waitMs > 0)
        throw new Problem(
          429,
          'too_many_requests',
          'This token sends more requests than it may. Send fewer.',
          {
            'retry-after': String(Math.ceil(waitMs / 1000)),
          },
        );
      await next();
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403))
        await denied(actor, { status: error.status, method: ctx.method, route: ctx.routerPath ?? null });
      throw error;
    }
  };

  async function identify({ tokens, oidc }: Access, header: string): Promise<Principal> {
    const sent = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (sent === undefined) throw unauthorized(false);
    const token = findToken(tokens(), sent);
    if (token) return token;
    if (!oidc || !looksLikeJwt(sent)) throw unauthorized(true);
    try {
      return await oidc.identify(sent);
    } catch (error) {
      if (error instanceof InvalidJwt) throw unauthorized(true);
      if (error instanceof NoRights) throw forbidden(error.message);
      if (!(error instanceof ProviderUnavailable)) throw error;
      log.warn({ err: error }, 'a token could not be checked');
      throw new Problem(503, 'unavailable', 'The identity provider is out of reach. Try again in a moment.', {
        'retry-after': '5',
      });
    }
  }
}

/** Writes denials down, at a bounded rate; a database that is away does not turn a 401 into something else. */
function denials(db: Queryable, log: Log): (actor: Actor, detail: object) => Promise<void> {
  const limit = new RateLimit(DENIALS);
  let unrecorded = 0;
  return async (actor, detail) => {
    if (limit.take('', performance.now()) > 0) {
      unrecorded++;
      return;
    }
    const before = unrecorded;
    unrecorded = 0;
    try {
      await audit(db, actor, 'denied', { detail: before > 0 ? { ...detail, unrecorded: before } : detail });
    } catch (error) {
      unrecorded += before + 1;
      log.warn({ err: error }, 'a denial could not be written to the audit');
    }
  };
}

type WithState = Pick<Koa.Context, 'state'>;

export const principalOf = (ctx: WithState): Principal => ctx.state.principal;
export const actorOf = (ctx: WithState): Actor => ctx.state.actor;

/** @throws Problem 403 where the role has not the right */
export function require(ctx: WithState, right: Right): void {
  const principal = principalOf(ctx);
  if (!may(principal, right))
    throw forbidden(`The role "${principal.role}" is not enough for this: see docs/security.md.`);
}

/** @throws Problem 403 where the token is not for the client; the same where there is no such client */
export function requireClient(ctx: WithState, client: string): void {
  if (!isFor(principalOf(ctx), client))
    throw forbidden('This token is not for the client that the name or the form field says.');
}

/** @throws Problem 403 where the token is for some clients only */
export function requireAllClients(ctx: WithState): void {
  if (principalOf(ctx).clients !== '*') throw forbidden('This takes a token for all clients.');
}

/** Those feeds that may be known of. */
export const feedsOf = (ctx: WithState, feeds: Feeds): Feeds =>
  new Feeds(feeds.all.filter(({ client }) => isFor(principalOf(ctx), client)));
