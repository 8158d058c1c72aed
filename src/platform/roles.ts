import type pg from 'pg';
import type { Config } from './config.ts';

/**
 * Who works with the database: the parts of Waymark that connect to it, and two kinds of people. `reader` sees the marts,
 * `auditor` everything. Each has a group role `{prefix}_{part}`, which logins are members of (docs/postgres-roles.md).
 */
export const PARTS = ['api', 'consumer', 'transform', 'docs', 'reader', 'auditor'] as const;
export type Part = (typeof PARTS)[number];

/** Roles are the whole server's: two databases that shall not share them need two prefixes. */
const DEFAULT_PREFIX = 'waymark';

/** The group role of a part. */
export const roleOf = ({ POSTGRES_ROLE_PREFIX }: Config<'postgres'>, part: Part): string =>
  `${POSTGRES_ROLE_PREFIX ?? DEFAULT_PREFIX}_${part}`;

/** What "may become this role" is called: until Postgres 16, every member may. */
export const MAY_BECOME = `case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end`;

// All grants are made in one transaction (grants.ts): where the role may use the schema, it has the others too.
const TAKE_ROLE = `
  select set_config('role', rolname, false) from pg_roles
   where rolname = $1 and pg_has_role(rolname, ${MAY_BECOME})
     and has_schema_privilege(rolname, to_regnamespace('ingest')::oid, 'usage')`;

/**
 * Gives a new connection the rights of a part and no others, whatever its login may besides, and what it creates to the
 * group, so that every member can alter it. Where the roles are not set up, it keeps the rights of its login.
 */
export async function takeRole(client: Pick<pg.ClientBase, 'query'>, role: string): Promise<void> {
  await client.query(TAKE_ROLE, [role]);
}

/** The group roles cannot be used: this login may not make them. `todo` says what an administrator can do. */
export class RolesMissing extends Error {
  override name = 'RolesMissing';

  constructor(todo: string[], cause?: unknown) {
    const statements = todo.map((statement) => `\n  ${statement};`).join('');
    super(
      `this login may not do all that least privilege takes. Let an administrator of the server do it, then migrate again:${statements}`,
      { cause },
    );
  }
}
