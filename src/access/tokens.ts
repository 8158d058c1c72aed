import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { foldClient } from '../files/names.ts';
import { type Principal, ROLES } from './principal.ts';

/** A principal that is known by a secret, of which only the SHA-256 is held. */
export interface Token extends Principal {
  digest: Buffer;
}

/** A file of tokens is not right. The message says where, and quotes nothing of the file: it may be a secret. */
export class TokensError extends Error {
  override name = 'TokensError';
}

/** So that a secret that leaked is recognised, by people and by scanners. */
const SECRET_PREFIX = 'wmk_';
/** 256 bits: nothing that could be guessed, so a plain hash keeps it. */
const SECRET_BYTES = 32;

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const newSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
export const sha256Of = (secret: string): string => digestOf(secret).toString('hex');

const client = z
  .string()
  .refine(
    (name) => foldClient(name) === name && name !== '',
    'must be a client in snake case, as in its feed',
  );

/** An entry of the file. */
export const TokenEntry = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'must be up to 63 letters, digits, dots, dashes, _ or @'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in small letters'),
  role: z.enum(ROLES, `must be one of ${ROLES.join(', ')}`),
  clients: z.union(
    [z.literal('*'), z.array(client).min(1)],
    'must be "*" or a list of clients in snake case',
  ),
});
export type TokenEntry = z.output<typeof TokenEntry>;
const TokenList = z.strictObject({ tokens: z.array(TokenEntry, 'must be a list') }, 'must be a map');

/**
 * The tokens of a file, JSON or YAML: `{tokens: [{name, sha256, role, clients}]}`.
 * @throws TokensError
 */
export function parseTokens(text: string): Token[] {
  // Pretty errors would quote the line.
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors[0])
    throw new TokensError(
      `it is no YAML (${document.errors[0].code} at character ${document.errors[0].pos[0]})`,
    );
  const read = TokenList.safeParse(document.toJS());
  if (!read.success)
    throw new TokensError(
      read.error.issues
        .map(({ path, code, message }) => {
          const where = path.length > 0 ? path.join('.') : 'the file';
          return `${where} ${code === 'unrecognized_keys' ? 'has a field that is not known' : message}`;
        })
        .join('; '),
    );
  const { tokens } = read.data;
  for (const field of ['name', 'sha256'] as const) {
    const twice = tokens.findIndex(
      (token, i) => tokens.findIndex((other) => other[field] === token[field]) < i,
    );
    if (twice >= 0) throw new TokensError(`tokens.${twice}.${field} is there twice`);
  }
  return tokens.map(({ name, sha256, role, clients }) => ({
    id: `token:${name}`,
    role,
    clients,
    digest: Buffer.from(sha256, 'hex'),
  }));
}

/** The one token of `API_TOKEN`: admin of everything. */
export const adminToken = (secret: string): Token => ({
  id: 'token:API_TOKEN',
  role: 'admin',
  clients: '*',
  digest: digestOf(secret),
});

/** The token that the secret is of. How long it looks tells nothing of the secrets: every one is compared, in constant time. */
export function findToken(tokens: readonly Token[], secret: string): Token | undefined {
  const digest = digestOf(secret);
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return found;
}
