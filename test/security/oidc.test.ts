import { createSecretKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pipeline } from '../setup/pipeline.ts';
import { until } from '../setup/until.ts';

const AUDIENCE = 'waymark';
/** What the API is told to wait between two looks at the keys, in seconds. */
const COOLDOWN = 0.5;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
interface Key {
  id: string;
  alg: string;
  private: Pair['privateKey'];
  public: Pair['publicKey'];
}

/** An OpenID Connect provider: its configuration and its keys, over HTTP. */
class Provider {
  readonly #server: Server;
  keys: Key[] = [];
  answers = true;
  url = '';

  constructor() {
    this.#server = createServer(async (request, response) => {
      if (!this.answers) return response.writeHead(500).end();
      const body =
        request.url === '/realm/.well-known/openid-configuration'
          ? { issuer: this.issuer, jwks_uri: `${this.url}/keys` }
          : {
              keys: await Promise.all(
                this.keys.map(async (key) => ({
                  ...(await exportJWK(key.public)),
                  kid: key.id,
                  alg: key.alg,
                  use: 'sig',
                })),
              ),
            };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
  }

  get issuer(): string {
    return `${this.url}/realm`;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async addKey(id: string, alg = 'RS256'): Promise<Key> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const key = { id, alg, private: privateKey, public: publicKey };
    this.keys.push(key);
    return key;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const provider = new Provider();
let first: Key;
let pipeline: Pipeline;
beforeAll(async () => {
  await provider.start();
  first = await provider.addKey('first');
  pipeline = await Pipeline.start({
    consumers: 0,
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_ROLE_CLAIM: 'realm_access.roles',
      OIDC_COOLDOWN_SECONDS: String(COOLDOWN),
    },
  });
});
afterAll(async () => {
  await pipeline?.stop();
  provider.stop();
});

const now = () => Math.floor(Date.now() / 1000);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: provider.issuer,
  aud: AUDIENCE,
  sub: 'analyst-7',
  exp: now() + 300,
  realm_access: { roles: ['offline_access', 'read'] },
  waymark_clients: ['client_a', 'clientB'],
  ...more,
});
const signed = (payload: JWTPayload, key: Key = first, header: object = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.id, ...header }).sign(key.private);
const ask = (token: string, path = '/feeds') =>
  pipeline.ask<{ items: { client: string }[]; detail: string }>('GET', path, { token });

test('a token of the provider lets in, for its clients and with its role', async () => {
  const answer = await ask(await signed(claims()));
  expect(answer.status).toBe(200);
  expect(new Set(answer.body.items.map(({ client }) => client))).toEqual(new Set(['client_a', 'client_b']));
  const run = await pipeline.ask('POST', '/runs', { token: await signed(claims()) });
  expect(run.status).toBe(403);
});

test.each<[string, JWTPayload, number]>([
  ['of several roles the one with most rights counts', { realm_access: { roles: ['upload', 'admin'] } }, 202],
  ['a role that is a text', { realm_access: { roles: 'admin' } }, 202],
  ['no role', { realm_access: {} }, 403],
  ['a role that nobody knows', { realm_access: { roles: ['root'] } }, 403],
  ['clients as a text', { realm_access: { roles: ['admin'] }, waymark_clients: 'client_a client_b' }, 202],
  ['no clients', { realm_access: { roles: ['admin'] }, waymark_clients: [] }, 403],
  ['clients of another shape', { realm_access: { roles: ['admin'] }, waymark_clients: { a: 1 } }, 403],
])('claims: %s', async (_, more, expected) => {
  const answer = await pipeline.ask('POST', '/runs', { token: await signed(claims(more)) });
  expect(answer.status).toBe(expected);
});

test.each(['RS384', 'PS256', 'ES256', 'ES512', 'EdDSA'])('a key of %s', async (alg) => {
  const key = await provider.addKey(alg, alg);
  const token = await signed(claims(), key);
  await until(async () => (await ask(token)).status === 200, 'the key to be known');
});

const secret: KeyObject = createSecretKey(Buffer.alloc(32, 1));
const publicAsSecret = async () =>
  createSecretKey(Buffer.from(JSON.stringify(await exportJWK(first.public))));
test.each<[string, () => Promise<string> | string]>([
  ['another issuer', () => signed(claims({ iss: 'https://other.example.com' }))],
  ['no issuer', () => signed({ ...claims(), iss: undefined } as never)],
  ['another audience', () => signed(claims({ aud: 'other' }))],
  ['no audience', () => signed({ ...claims(), aud: undefined } as never)],
  ['expired', () => signed(claims({ exp: now() - 60 }))],
  ['no end', () => signed({ ...claims(), exp: undefined } as never)],
  ['not valid yet', () => signed(claims({ nbf: now() + 120 }))],
  ['no subject', () => signed({ ...claims(), sub: undefined } as never)],
  ['an endless subject', () => signed(claims({ sub: 'x'.repeat(300) }))],
  ['no signature: alg none', () => new UnsecuredJWT(claims()).encode()],
  [
    'a secret key: HS256',
    () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(secret),
  ],
  [
    'the public key as a secret: HS256',
    async () =>
      new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(await publicAsSecret()),
  ],
  [
    'the key of somebody else under our name',
    async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return signed(claims(), { ...first, private: privateKey });
    },
  ],
  [
    'a key that it brings itself',
    async () =>
      signed(
        claims(),
        { ...(await stranger()), id: 'stranger' },
        { jwk: await exportJWK((await stranger()).public) },
      ),
  ],
  [
    'a payload that was changed',
    async () =>
      (await signed(claims())).replace(
        /\.[^.]+\./,
        `.${Buffer.from(JSON.stringify(claims({ sub: 'root' }))).toString('base64url')}.`,
      ),
  ],
  ['a signature that is cut off', async () => (await signed(claims())).slice(0, -8)],
])('refused: %s', async (_, token) => {
  const answer = await ask(await token());
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="waymark", error="invalid_token"');
});

let strange: Promise<Key> | undefined;
function stranger(): Promise<Key> {
  strange ??= generateKeyPair('RS256', { extractable: true }).then(({ privateKey, publicKey }) => ({
    id: 'stranger',
    alg: 'RS256',
    private: privateKey,
    public: publicKey,
  }));
  return strange;
}

test('a clock that is off by seconds does no harm', async () => {
  expect((await ask(await signed(claims({ exp: now() - 10 })))).status).toBe(200);
});

test('keys that rotate count without a restart: the new one serves, the old one no longer', async () => {
  const old = await signed(claims());
  expect((await ask(old)).status).toBe(200);
  const second = await provider.addKey('second');
  provider.keys = [second];
  const token = await signed(claims(), second);
  await until(async () => (await ask(token)).status === 200, 'the new key to be known');
  expect((await ask(old)).status).toBe(401);
  provider.keys = [first, second];
});

test('tokens of this API go on beside it, and a provider that is away is no fault of the token', async () => {
  provider.answers = false;
  const api = await pipeline.startRole('api');
  const status = async (token: string) =>
    (await fetch(`${api.url}/feeds`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect((await pipeline.ask('GET', '/feeds')).status).toBe(200);
  const token = await signed(claims());
  expect(await status(token)).toBe(503);
  provider.answers = true;
  await until(async () => (await status(token)) === 200, 'the provider to be asked again');
  await api.stop();
});

test('the audit names the subject, and the log no token', async () => {
  const token = await signed(claims());
  await pipeline.ask('POST', '/runs', { token });
  const { rows } = await pipeline.db.query(
    `select action from ingest.audit where actor = 'oidc:analyst-7' order by id desc limit 1`,
  );
  expect(rows).toEqual([{ action: 'denied' }]);
  expect(pipeline.logs()).not.toContain(token);
});

test('an issuer that anybody in between could play is refused at the start', async () => {
  await expect(pipeline.startRole('api', { OIDC_ISSUER: 'http://idp.example.com' })).rejects.toThrow(
    /OIDC_ISSUER: must begin with https/,
  );
  await expect(pipeline.startRole('api', { OIDC_AUDIENCE: '' })).rejects.toThrow(/OIDC_AUDIENCE: is not set/);
});
