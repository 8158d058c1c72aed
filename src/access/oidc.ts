import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { foldClient } from '../files/names.ts';
import { isSafeUrl } from '../platform/address.ts';
import { type Principal, ROLES, type Role } from './principal.ts';

/** What a provider signs with its private key; never a secret that both sides know, never nothing. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const ANSWER_WITHIN_MS = 5000;
/** Keys are asked for again after so long, also where they serve. */
const KEYS_AGE_MS = 10 * 60_000;

export interface OidcSettings {
  issuer: string;
  audience: string;
  /** Claim with the clients: a list, or a text with spaces between them; `*` for all. */
  clientsClaim: string;
  /** Claim with the role, or a list that it is in. */
  roleClaim: string;
  clockToleranceSeconds: number;
  /** After a look at the provider's keys, or a failed one, the next for an unknown key waits so long. */
  cooldownSeconds: number;
}

/** A token that is not the provider's, not for us, or not valid now. */
export class InvalidJwt extends Error {
  override name = 'InvalidJwt';
}
/** A token that is valid and says no role or no clients that are known here. */
export class NoRights extends Error {
  override name = 'NoRights';
  readonly id: string;

  constructor(id: string, missing: string) {
    super(
      `The token is valid, and its claim "${missing}" gives nothing here. Ask the administrator of the identity provider.`,
    );
    this.id = id;
  }
}
/** Whether a token is good cannot be known: its provider does not answer, or not as it should. */
export class ProviderUnavailable extends Error {
  override name = 'ProviderUnavailable';
}

const Discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Whether it could be a JWT: three parts with dots between them, the first a JSON object. */
export const looksLikeJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token);

/** An OpenID Connect provider whose access tokens are taken. */
export class Oidc {
  readonly #settings: OidcSettings;
  #keys: JWTVerifyGetKey | undefined;
  #discovering: Promise<JWTVerifyGetKey> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  /** @throws InvalidJwt, NoRights, ProviderUnavailable */
  async identify(token: string): Promise<Principal> {
    const payload = await this.#verify(token);
    const id = `oidc:${payload.sub}`;
    const { roleClaim, clientsClaim } = this.#settings;
    const role = roleIn(claim(payload, roleClaim));
    if (!role) throw new NoRights(id, roleClaim);
    const clients = clientsIn(claim(payload, clientsClaim));
    if (!clients) throw new NoRights(id, clientsClaim);
    return { id, role, clients };
  }

  async #verify(token: string): Promise<JWTPayload> {
    const keys = this.#keys ?? (await this.#discover());
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: this.#settings.issuer,
        audience: this.#settings.audience,
        algorithms: ALGORITHMS,
        clockTolerance: this.#settings.clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      if (!payload.sub || payload.sub.length > 255) throw new InvalidJwt('its subject is empty or too long');
      return payload;
    } catch (cause) {
      if (cause instanceof InvalidJwt) throw cause;
      // What is the token's fault has an error of its own; the rest is the provider's, or the way to it.
      const ofProvider =
        !(cause instanceof errors.JOSEError) ||
        ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(cause.code);
      if (ofProvider) throw new ProviderUnavailable("the identity provider's keys cannot be had", { cause });
      throw new InvalidJwt(cause.code, { cause });
    }
  }

  /** One look at a time, and none soon after one that failed. */
  async #discover(): Promise<JWTVerifyGetKey> {
    if (performance.now() - this.#failedAt < this.#settings.cooldownSeconds * 1000)
      throw new ProviderUnavailable('the identity provider could not be reached a moment ago');
    this.#discovering ??= this.#keySet();
    try {
      this.#keys = await this.#discovering;
      return this.#keys;
    } catch (cause) {
      this.#failedAt = performance.now();
      throw new ProviderUnavailable("the identity provider's configuration cannot be had", { cause });
    } finally {
      this.#discovering = undefined;
    }
  }

  /** OpenID Connect Discovery 1.0, 4: the configuration must name the very issuer. */
  async #keySet(): Promise<JWTVerifyGetKey> {
    const { issuer, cooldownSeconds } = this.#settings;
    const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    const found = Discovered.parse(await response.json());
    if (found.issuer !== issuer) throw new Error('it names another issuer');
    if (!isSafeUrl(found.jwks_uri)) throw new Error('its keys are not at an https address');
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: ANSWER_WITHIN_MS,
      cooldownDuration: cooldownSeconds * 1000,
      cacheMaxAge: KEYS_AGE_MS,
    });
  }
}

/** A claim by its name, or by the path of its name: `realm_access.roles`. */
function claim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, part)
          ? (value as Record<string, unknown>)[part]
          : undefined,
      payload,
    );
}

const words = (value: unknown): string[] =>
  (Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[\s,]+/) : []).filter(
    (word): word is string => typeof word === 'string' && word !== '',
  );

/** The role with most rights of those that are named. */
const roleIn = (value: unknown): Role | undefined => {
  const named = words(value);
  return [...ROLES].reverse().find((role) => named.includes(role));
};

function clientsIn(value: unknown): Principal['clients'] | undefined {
  const named = words(value);
  if (named.includes('*')) return '*';
  const clients = named.map(foldClient).filter((client) => client !== '');
  return clients.length > 0 ? clients : undefined;
}
