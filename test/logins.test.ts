import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { query } from '../src/dev/postgres.ts';
import type { Config } from '../src/platform/config.ts';
import { connectionSettings, createPool } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrate.ts';
import { PARTS, RolesMissing, roleOf } from '../src/platform/roles.ts';
import { Warehouse } from './setup/warehouse.ts';

const SAMPLES = fileURLToPath(new URL('../samples/', import.meta.url));
const RUN_MS = 180_000;

const server = inject('postgres');
const administrator = (text: string) => query<Record<string, string>>(server, 'postgres', text);

/** Databases as a managed server has them: they belong to a login that is no superuser. */
class Managed {
  readonly prefix = `waymark_test_${randomBytes(4).toString('hex')}`;
  readonly owner = `${this.prefix}_owner`;
  readonly #databases: string[] = [];

  async create(attributes: string): Promise<void> {
    await administrator(`create role ${this.owner} login password 'owner' ${attributes}`);
  }

  async database(): Promise<Config<'postgres'>> {
    const name = `${this.prefix}_${this.#databases.length}`;
    this.#databases.push(name);
    await administrator(`create database ${name} owner ${this.owner}`);
    return {
      ...server,
      POSTGRES_PORT: Number(server.POSTGRES_PORT),
      POSTGRES_DB: name,
      POSTGRES_USER: this.owner,
      POSTGRES_PASSWORD: 'owner',
      POSTGRES_ROLE_PREFIX: this.prefix,
    };
  }

  async drop(): Promise<void> {
    for (const name of this.#databases) await administrator(`drop database if exists ${name} with (force)`);
    const roles = await administrator(
      `select rolname from pg_roles where starts_with(rolname, '${this.prefix}')`,
    );
    // All at once: since Postgres 16, who granted a membership cannot go before those whom it is about.
    await administrator(`drop role ${roles.map(({ rolname }) => rolname).join(', ')}`);
  }
}

async function ask<Row extends pg.QueryResultRow>(config: Config<'postgres'>, text: string): Promise<Row[]> {
  const client = new pg.Client(connectionSettings(config));
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

let managed: Managed;
beforeAll(() => {
  managed = new Managed();
});
afterAll(() => managed.drop());

describe('a database that one login owned', () => {
  const FIRST = `${SAMPLES}set-1/Patient-membership-clientA-202307.xlsx`;
  const NEXT = `${SAMPLES}set-1/Patient-membership-client_b-202307.xlsx`;
  let config: Config<'postgres'>;
  let warehouse: Warehouse;
  const marts = (as?: 'transform') => {
    const pool = createPool(config, 'test', () => {}, as ? { as } : {});
    return pool.query('select count(*)::int as n from mart.eligibility').finally(() => pool.end());
  };

  beforeAll(async () => {
    await managed.create('nocreaterole');
    config = await managed.database();
  });
  afterAll(() => warehouse?.drop());

  test(
    'works without roles where the login may make none, and an administrator is told what to do',
    async () => {
      const { withoutRoles } = await migrate(config);
      expect(withoutRoles).toBeInstanceOf(RolesMissing);
      for (const part of PARTS)
        expect(withoutRoles!.message).toContain(`create role ${roleOf(config, part)} nologin;`);
      expect(withoutRoles!.message).toContain(`grant ${roleOf(config, 'consumer')} to "${managed.owner}";`);
      warehouse = await Warehouse.create({}, { config, drop: async () => {} });
      await warehouse.load(FIRST);
      expect(await warehouse.run()).toMatchObject({ outcome: 'succeeded' });
    },
    RUN_MS,
  );

  test('wants more where logins are to be made', async () => {
    const logins = { POSTGRES_API_USER: `${managed.prefix}_login`, POSTGRES_API_PASSWORD: 'p' };
    await expect(migrate(config, logins)).rejects.toThrow(/create role "\w+_login" login password '…';/);
  });

  test(
    'is handed over to the groups once they can be made, and goes on',
    async () => {
      await administrator(`alter role ${managed.owner} createrole`);
      expect(await migrate(config)).toEqual({ applied: [] });
      const owners = await ask(
        config,
        `select distinct n.nspname as schema, pg_get_userbyid(c.relowner) as owner from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v') and n.nspname in ('ingest', 'export', 'staging', 'intermediate', 'reference', 'mart') order by 1`,
      );
      expect(owners).toEqual([
        { schema: 'export', owner: roleOf(config, 'consumer') },
        { schema: 'ingest', owner: managed.owner },
        ...['intermediate', 'mart', 'reference', 'staging'].map((schema) => ({
          schema,
          owner: roleOf(config, 'transform'),
        })),
      ]);
      const { n } = (await marts('transform')).rows[0];
      const id = await warehouse.load(NEXT);
      expect(await warehouse.run()).toMatchObject({ outcome: 'succeeded' });
      expect((await marts('transform')).rows[0].n).toBeGreaterThan(n);
      await warehouse.remove(id);
      // The login itself has lost nothing.
      expect((await marts()).rows).toHaveLength(1);
    },
    RUN_MS,
  );

  test('has a login for each part, whose password follows the settings', async () => {
    const user = `${managed.prefix}_reader_login`;
    const as = (password: string) => ({ POSTGRES_READER_USER: user, POSTGRES_READER_PASSWORD: password });
    const count = (password: string) =>
      ask(
        { ...config, POSTGRES_USER: user, POSTGRES_PASSWORD: password },
        'select count(*) from mart.member',
      );
    await migrate(config, as("it's first"));
    expect(await count("it's first")).toHaveLength(1);
    await migrate(config, as('second'));
    expect(await count('second')).toHaveLength(1);
    await expect(count("it's first")).rejects.toThrow(/password authentication failed/);
  });

  test('is not touched where everything is as it should be', async () => {
    const [before] = await ask(config, 'select pg_current_xact_id()::text as id');
    await migrate(config);
    const [after] = await ask(config, 'select pg_current_xact_id()::text as id');
    // node-pg-migrate looks for its table in a transaction or two; grants would be fifty.
    expect(Number(after!.id) - Number(before!.id)).toBeLessThan(5);
  });

  test('takes back what a part may not', async () => {
    const docs = roleOf(config, 'docs');
    await ask(
      config,
      `grant delete on ingest.file to ${docs}; grant update (state) on ingest.file to ${docs}`,
    );
    await migrate(config);
    const [row] = await ask<{ has: boolean }>(
      config,
      `select has_table_privilege('${docs}', 'ingest.file', 'delete') or has_any_column_privilege('${docs}', 'ingest.file', 'update') as has`,
    );
    expect(row!.has).toBe(false);
  });
});

test('many databases of one server are migrated at the same time, each by several processes', async () => {
  const many = new Managed();
  try {
    await many.create('createrole');
    const configs = await Promise.all(Array.from({ length: 6 }, () => many.database()));
    const migrated = await Promise.all([...configs, ...configs].map((config) => migrate(config)));
    for (const { withoutRoles } of migrated) expect(withoutRoles).toBeUndefined();
    for (const config of configs) {
      const pool = createPool(config, 'test', () => {}, { as: 'docs' });
      const { rows } = await pool.query('select current_user as role, count(*)::int as n from ingest.run');
      await pool.end();
      expect(rows).toEqual([{ role: roleOf(config, 'docs'), n: 0 }]);
    }
  } finally {
    await many.drop();
  }
});

test('a login that is given no password is refused', async () => {
  const config = { ...(await managed.database()), POSTGRES_USER: managed.owner };
  await expect(migrate(config, { POSTGRES_API_USER: 'someone' })).rejects.toThrow(
    'POSTGRES_API_PASSWORD is not set, and POSTGRES_API_USER is',
  );
});
