import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Config, ConfigError, loginVariable } from './config.ts';
import { Connection, connectionSettings, identifier, isDatabaseError, SqlState } from './database.ts';
import { grantRights } from './grants.ts';
import { MAY_BECOME, PARTS, RolesMissing, roleOf } from './roles.ts';

const STATE = `
  select r.rolname is not null as is_there, current_user as me,
         coalesce(pg_has_role(r.oid, ${MAY_BECOME}) and pg_has_role(r.oid, 'USAGE'), false) as is_mine
    from (select 1) one left join pg_roles r on r.rolname = $1`;

/**
 * Makes the group roles, gives them their rights, and makes the logins that the settings name members of them: those that
 * are missing with their passwords, which stay what the settings say. Finds everything done where it was done before.
 * @throws RolesMissing where this login may not, and another one has not; nothing is granted then
 */
export async function setUpRoles(
  client: pg.ClientBase,
  config: Config<'postgres'>,
  logins: Config<'logins'> = {},
): Promise<void> {
  const todo: string[] = [];
  let refusal: unknown;
  const attempt = async (statement: string, shown = statement) => {
    try {
      await among(() => client.query(statement));
    } catch (error) {
      const code = isDatabaseError(error) ? error.code : undefined;
      // A role that could not be made is missed by what comes after it.
      const follows = code === SqlState.undefinedObject && todo.length > 0;
      if (code !== SqlState.insufficientPrivilege && !follows) throw error;
      refusal ??= error;
      todo.push(shown);
    }
  };
  for (const part of PARTS) {
    const role = roleOf(config, part);
    const state = async () =>
      (await client.query<{ is_there: boolean; is_mine: boolean; me: string }>(STATE, [role])).rows[0]!;
    if (!(await state()).is_there) await attempt(`create role ${role} nologin`);
    const { is_mine, me } = await state();
    // To hand over what it owns, and so that one login for everything can still work with the rights of each part.
    if (!is_mine) await attempt(`grant ${role} to ${identifier(me)}`);
  }
  for (const part of PARTS) {
    const user = logins[loginVariable(part, 'USER')];
    const password = logins[loginVariable(part, 'PASSWORD')];
    // Who migrates is a member already.
    if (user === undefined || user === config.POSTGRES_USER) continue;
    if (password === undefined)
      throw new ConfigError(
        `${loginVariable(part, 'PASSWORD')} is not set, and ${loginVariable(part, 'USER')} is`,
      );
    const name = identifier(user);
    const { rowCount: isThere } = await client.query('select from pg_roles where rolname = $1', [user]);
    const secret = pg.escapeLiteral(scramVerifier(password));
    if (!isThere)
      await attempt(`create role ${name} login password ${secret}`, `create role ${name} login password '…'`);
    else if (!(await opens({ ...config, POSTGRES_USER: user, POSTGRES_PASSWORD: password })))
      await attempt(`alter role ${name} login password ${secret}`, `alter role ${name} login password '…'`);
    const role = roleOf(config, part);
    const { rows } = await client.query<{ member: boolean }>(
      `select pg_has_role(l.oid, g.oid, 'MEMBER') as member from pg_roles l, pg_roles g where l.rolname = $1 and g.rolname = $2`,
      [user, role],
    );
    if (!rows[0]?.member) await attempt(`grant ${role} to ${name}`);
  }
  if (todo.length > 0) throw new RolesMissing(todo, refusal);
  await among(() => grantRights(client, config));
}

/** So often others may come between: roles are the whole server's, and other databases may be migrated at the same time. */
const ATTEMPTS = 20;
const PAUSE_MS = 50;

/** Roles and rights have no locks: who comes second is told that it exists, or that somebody else changed it meanwhile. */
async function among(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const { code = '', message = '' } = error as pg.DatabaseError;
      if (code === SqlState.duplicateObject || code === SqlState.uniqueViolation) return;
      const changed = code === SqlState.internalError && /concurrently (updated|deleted)/.test(message);
      if (!changed || attempt === ATTEMPTS) throw error;
      await delay(PAUSE_MS * Math.random() * attempt);
    }
  }
}

/** Whether the login is let in as it stands in the settings. */
async function opens(config: Config<'postgres'>): Promise<boolean> {
  const client = new Connection({ ...connectionSettings(config), connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (isDatabaseError(error) && error.code === SqlState.invalidPassword) return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

const ITERATIONS = 4096;

/** What Postgres keeps of a password (RFC 5803), so that the password itself is in no statement that a server may log. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`;
}
