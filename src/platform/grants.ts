import type { Config } from './config.ts';
import { isDatabaseError, type Queryable, SqlState } from './database.ts';
import { PARTS, type Part, RolesMissing, roleOf } from './roles.ts';

// What each part may do, and bringing the database to it. Level, not edge: what is there is held against what should be,
// and only the difference is done, so that a migration of a database that is as it should be touches nothing.

type Wanted = Partial<Record<Part, readonly string[]>>;

/** The tables of `ingest`. A table that is not named here is for its owner and the auditor only. */
const LEDGER: Record<string, Wanted> = {
  file: {
    api: ['SELECT', 'INSERT', 'UPDATE'],
    consumer: ['SELECT', 'UPDATE'],
    transform: ['SELECT', 'UPDATE (run_id)'],
  },
  // Who takes rows by `for update` must be allowed to update them.
  outbox: { api: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  rejected_row: { api: ['SELECT', 'DELETE'], consumer: ['INSERT'], transform: ['SELECT'] },
  run: { api: ['SELECT', 'INSERT'], transform: ['SELECT', 'INSERT', 'UPDATE'], docs: ['SELECT'] },
  run_file: { transform: ['SELECT', 'INSERT'] },
  run_artifact: { transform: ['SELECT', 'INSERT', 'UPDATE'], docs: ['SELECT'] },
  audit: { api: ['SELECT', 'INSERT'] },
};

/** Every table of `export`, which consumers own and alter. */
const EXPORT: Wanted = { api: ['SELECT', 'DELETE'], transform: ['SELECT'], auditor: ['SELECT'] };

const USAGE = ['USAGE'] as const;
const SELECT = ['SELECT'] as const;
const SCHEMAS: Record<string, Wanted> = {
  ingest: { api: USAGE, consumer: USAGE, transform: USAGE, docs: USAGE, auditor: USAGE },
  export: { api: USAGE, consumer: ['USAGE', 'CREATE'], transform: USAGE, auditor: USAGE },
  mart: { reader: USAGE, auditor: USAGE },
};

/** What dbt makes, and where it builds and keeps what it swaps when it publishes. */
const DBT_SCHEMAS = '^(staging|intermediate|reference|mart|mart_next|mart_old_.*)$';
/** Schemas that stay, and so have rights that are looked after; those of a run pass by. */
const STANDING = '^(ingest|export|staging|intermediate|reference|mart)$';

/** A schema, or a table or view in it. */
interface Thing {
  schema: string;
  /** Null for the schema itself. */
  name: string | null;
  /** `table export."a"`, for use in SQL. */
  on: string;
  owner: string;
  /** Whether dbt makes it. */
  dbts: boolean;
  standing: boolean;
}

// Only what belongs to the groups, or to the owner of the ledger as before there were groups: a schema `staging` may be
// another's.
const THINGS = `
  with things as (
    select n.nspname as schema, null as name, 'schema ' || quote_ident(n.nspname) as "on", n.nspowner as owner
      from pg_namespace n
    union all
    select n.nspname, c.relname, 'table ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relowner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm'))
  select schema, name, "on", pg_get_userbyid(owner) as owner, schema ~ '${DBT_SCHEMAS}' as dbts, schema ~ '${STANDING}' as standing
    from things
   where (schema ~ '${DBT_SCHEMAS}' or schema ~ '${STANDING}')
     and (owner = (select nspowner from pg_namespace where nspname = 'ingest') or pg_get_userbyid(owner) = any($1))
   order by name nulls first`;

interface Grant {
  /** `alter default privileges …` where it is about what will be created. */
  prefix: string;
  on: string;
  role: string;
  privilege: string;
}

// An owner's rights to what is its own need no grant, and are not told of.
const HELD = `
  with groups as (select oid, rolname as role from pg_roles where rolname = any($1))
  select '' as prefix, 'database ' || quote_ident(d.datname) as "on", g.role, acl.privilege_type as privilege
    from pg_database d cross join lateral aclexplode(d.datacl) acl join groups g on g.oid = acl.grantee
   where d.datname = current_database() and acl.privilege_type = 'CREATE'
  union all
  select '', 'schema ' || quote_ident(n.nspname), g.role, acl.privilege_type
    from pg_namespace n cross join lateral aclexplode(n.nspacl) acl join groups g on g.oid = acl.grantee
   where n.nspname ~ '${STANDING}' and g.oid <> n.nspowner
  union all
  select '', 'table ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname), g.role,
         acl.privilege_type || coalesce(' (' || quote_ident(acl.attname) || ')', '')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   cross join lateral (
     select null::name as attname, grantee, privilege_type from aclexplode(c.relacl)
     union all
     select a.attname, granted.grantee, granted.privilege_type
       from pg_attribute a cross join lateral aclexplode(a.attacl) granted where a.attrelid = c.oid) acl
    join groups g on g.oid = acl.grantee
   where n.nspname ~ '${STANDING}' and c.relkind in ('r', 'p', 'v', 'm') and g.oid <> c.relowner
  union all
  select 'alter default privileges for role ' || maker.role || coalesce(' in schema ' || quote_ident(n.nspname), '') || ' ',
         case d.defaclobjtype when 'r' then 'tables' when 'n' then 'schemas' else d.defaclobjtype::text end,
         g.role, acl.privilege_type
    from pg_default_acl d join groups maker on maker.oid = d.defaclrole left join pg_namespace n on n.oid = d.defaclnamespace
   cross join lateral aclexplode(d.defaclacl) acl join groups g on g.oid = acl.grantee
   where g.oid <> d.defaclrole`;

const DATABASE = `select 'database ' || quote_ident(current_database()) as "on"`;

/** What the parts should have of a thing. */
function wantedOf({ schema, name, standing }: Thing): Wanted {
  if (!standing) return {};
  if (name === null) return SCHEMAS[schema] ?? { auditor: USAGE };
  if (schema === 'ingest') return { ...LEDGER[name], auditor: SELECT };
  if (schema === 'export') return EXPORT;
  return schema === 'mart' ? { reader: SELECT, auditor: SELECT } : { auditor: SELECT };
}

/** The part whose group owns a thing; undefined where it stays with who migrates. */
const ownerOf = ({ schema, name, dbts }: Thing): Part | undefined =>
  dbts ? 'transform' : schema === 'export' && name !== null ? 'consumer' : undefined;

/** What brings owners and rights to what they should be. */
async function difference(db: Queryable, config: Config<'postgres'>) {
  const role = (part: Part) => roleOf(config, part);
  const groups = PARTS.map(role);
  // Of one moment: a run that is at work makes and drops tables.
  const { things, held, database } = await within(
    db,
    'begin isolation level repeatable read read only',
    async () => ({
      things: (await db.query<Thing>(THINGS, [groups])).rows,
      held: (await db.query<Grant>(HELD, [groups])).rows,
      database: (await db.query<{ on: string }>(DATABASE)).rows[0]!.on,
    }),
  );

  const misplaced = things.filter((thing) => ownerOf(thing) && role(ownerOf(thing)!) !== thing.owner);
  const grants = (
    on: string,
    wanted: Wanted,
    { prefix = '', owner }: { prefix?: string; owner?: Part | undefined } = {},
  ) =>
    PARTS.filter((part) => part !== owner).flatMap((part) =>
      (wanted[part] ?? []).map((privilege): Grant => ({ prefix, on, role: role(part), privilege })),
    );
  const byDefault = (part: Part, where = '') => ({
    prefix: `alter default privileges for role ${role(part)}${where} `,
  });
  const wanted = [
    ...grants(database, { transform: ['CREATE'] }),
    ...things.flatMap((thing) => grants(thing.on, wantedOf(thing), { owner: ownerOf(thing) })),
    ...grants('tables', EXPORT, byDefault('consumer', ' in schema export')),
    // Marts get their readers when they are published (dbt/runner/publication.py): only then are they the marts.
    ...grants('tables', { auditor: SELECT }, byDefault('transform')),
    ...grants('schemas', { auditor: USAGE }, byDefault('transform')),
  ];
  const key = ({ prefix, on, role, privilege }: Grant) => [prefix, on, role, privilege].join('\n');
  const has = new Set(held.map(key));
  const should = new Set(wanted.map(key));
  const excess = held.filter((grant) => !should.has(key(grant)));
  const missing = wanted.filter((grant) => !has.has(key(grant)));
  return {
    statements: [
      ...excess.map(
        ({ prefix, on, role, privilege }) => `${prefix}revoke ${privilege} on ${on} from ${role}`,
      ),
      ...missing.map(({ prefix, on, role, privilege }) => `${prefix}grant ${privilege} on ${on} to ${role}`),
      // Last, as a new owner must be allowed to create where the thing is; schemas before what is in them.
      ...misplaced.map((thing) => `alter ${thing.on} owner to ${role(ownerOf(thing)!)}`),
    ],
    touchesDbts: [
      ...misplaced,
      ...things.filter(({ on }) => [...excess, ...missing].some((grant) => grant.on === on)),
    ].some(({ dbts }) => dbts),
  };
}

/** dbt/runner/publication.py holds it for the length of a run. */
const RUN_LOCK = 7_216_431_077;
const MAY_CREATE = `select has_database_privilege($1, current_database(), 'CREATE') as may`;

/**
 * Gives every part what it may, and takes what it may not; gives what the groups own to them. All of it or nothing. Where
 * that touches what dbt makes, a run that is at work is waited for.
 * @throws RolesMissing where this login may not
 */
export async function grantRights(db: Queryable, config: Config<'postgres'>): Promise<void> {
  const { statements, touchesDbts } = await difference(db, config);
  if (statements.length === 0) return;
  if (!touchesDbts) return apply(db, config, statements);
  await db.query('select pg_advisory_lock($1)', [RUN_LOCK]);
  try {
    await apply(db, config, (await difference(db, config)).statements);
  } finally {
    await db.query('select pg_advisory_unlock($1)', [RUN_LOCK]);
  }
}

async function apply(db: Queryable, config: Config<'postgres'>, statements: string[]): Promise<void> {
  const transform = roleOf(config, 'transform');
  await within(db, 'begin', async () => {
    for (const statement of statements)
      await db.query(statement).catch((error: unknown) => {
        if (!isDatabaseError(error) || error.code !== SqlState.insufficientPrivilege) throw error;
        throw new RolesMissing([statement], error);
      });
    // Who may not pass a right on is only warned.
    const { rows } = await db.query<{ may: boolean }>(MAY_CREATE, [transform]);
    if (rows[0]!.may) return;
    throw new RolesMissing([`grant CREATE on ${(await db.query(DATABASE)).rows[0].on} to ${transform}`]);
  });
}

async function within<T>(db: Queryable, begin: string, work: () => Promise<T>): Promise<T> {
  await db.query(begin);
  try {
    const result = await work();
    await db.query('commit');
    return result;
  } catch (error) {
    await db.query('rollback');
    throw error;
  }
}
