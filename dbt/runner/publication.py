"""Publishing: the marts are built in a schema beside the live one, and the two change names in one transaction.

A rename locks no table: readers at work finish on the old tables, the next statement sees the new ones. The old schema is
dropped afterwards, when nobody reads it any more; what is still read, or has views of others on it, stays for a later run.
"""

import uuid

import psycopg2
from psycopg2 import errors, sql

from runner.database import group_role, rows

# Any number will do, as long as all runs on a database use the same.
ADVISORY_LOCK = 7_216_431_077
# How long to wait for a run that is being stopped.
TURN_TIMEOUT = "60s"
# How long a reader of the old tables may hold up their removal, and how often it is tried.
DROP_TIMEOUT = "2s"
DROP_ATTEMPTS = 5
# The swap itself waits for nothing but another change of the schema.
SWAP_TIMEOUT = "30s"


class Busy(Exception):
    """Another run is at work on this database."""


class NotPublished(Exception):
    """The marts are built, but the swap failed; the old ones stand."""


def take_turn(connection) -> None:
    """Holds the database for one run, as long as the connection lives."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = %s", (TURN_TIMEOUT,))
            cursor.execute("select pg_advisory_lock(%s)", (ADVISORY_LOCK,))
            cursor.execute("reset lock_timeout")
    except errors.LockNotAvailable as error:
        raise Busy("another dbt run is at work on this database; wait for it to end") from error


def clear(connection, build_schema: str, live_schema: str) -> None:
    """Removes what earlier runs left: a half-built schema, and old ones that were in use."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(build_schema)))
    drop_old(connection, live_schema)


def swap(connection, build_schema: str, live_schema: str, run_id: str | None) -> None:
    """Publishes, and says so in the ledger: both happen or none."""
    old_schema = f"{live_schema}_old_{uuid.uuid4().hex[:12]}"
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = %s", (SWAP_TIMEOUT,))
            cursor.execute("select 1 from pg_namespace where nspname = %s", (live_schema,))
            if cursor.fetchone():
                for grant in grants_to_carry_over(cursor, live_schema, build_schema):
                    cursor.execute(grant)
                cursor.execute(rename(live_schema, old_schema))
            for grant in grants_to_readers(cursor, build_schema):
                cursor.execute(grant)
            cursor.execute(rename(build_schema, live_schema))
            if run_id:
                cursor.execute("update ingest.run set published_at = clock_timestamp() where id = %s", (run_id,))
        connection.commit()
    except psycopg2.Error as error:
        raise NotPublished(f"the marts could not be published ({type(error).__name__}); the earlier ones stand") from error
    finally:
        if not connection.closed:
            connection.rollback()
            connection.autocommit = True


def rename(schema: str, name: str) -> sql.Composed:
    return sql.SQL("alter schema {} rename to {}").format(sql.Identifier(schema), sql.Identifier(name))


def grants_to_carry_over(cursor, live_schema: str, build_schema: str) -> list[str]:
    """What was granted to others on the live schema and its tables, as statements for the one that takes its place."""
    cursor.execute(
        """
        with granted as (
          select 'schema ' || quote_ident(%(build)s) as object, acl.*
          from pg_namespace as schema
          cross join lateral aclexplode(schema.nspacl) as acl
          where schema.nspname = %(live)s and acl.grantee <> schema.nspowner
          union all
          select 'table ' || quote_ident(%(build)s) || '.' || quote_ident(built.relname), acl.*
          from pg_class as live
          inner join pg_class as built
            on built.relname = live.relname and built.relkind = live.relkind and built.relnamespace = to_regnamespace(%(build)s)
          cross join lateral aclexplode(live.relacl) as acl
          where live.relnamespace = to_regnamespace(%(live)s) and live.relkind = 'r' and acl.grantee <> live.relowner
        )
        select
          'grant ' || privilege_type || ' on ' || object || ' to '
          || case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
          || case when is_grantable then ' with grant option' else '' end
        from granted
        """,
        {"live": live_schema, "build": build_schema},
    )
    return [statement for (statement,) in cursor.fetchall()]


def grants_to_readers(cursor, build_schema: str) -> list[sql.Composed]:
    """Whoever reads the marts may read these from the moment on that they are the marts, and not before."""
    reader = group_role("reader")
    cursor.execute("select 1 from pg_roles where rolname = %s", (reader,))
    if not cursor.fetchone():
        return []
    schema, role = sql.Identifier(build_schema), sql.Identifier(reader)
    return [
        sql.SQL("grant usage on schema {} to {}").format(schema, role),
        sql.SQL("grant select on all tables in schema {} to {}").format(schema, role),
    ]


def drop_old(connection, live_schema: str) -> None:
    old_schemas = rows(
        connection,
        "select nspname from pg_namespace where starts_with(nspname, %s) order by nspname",
        (f"{live_schema}_old_",),
    )
    for (schema,) in old_schemas:
        for _attempt in range(DROP_ATTEMPTS):
            try:
                drop(connection, schema)
                break
            except errors.LockNotAvailable:
                continue
            except errors.DependentObjectsStillExist:
                print(f"schema {schema} is kept: something of others, a view perhaps, depends on its tables", flush=True)
                break
        else:
            print(f"schema {schema} is still being read; a later run removes it", flush=True)


def drop(connection, schema: str) -> None:
    """Tables and schema in one transaction, never what others have built on them."""
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = %s", (DROP_TIMEOUT,))
            cursor.execute("select relname from pg_class where relnamespace = to_regnamespace(%s) and relkind = 'r'", (schema,))
            tables = [sql.Identifier(schema, name) for (name,) in cursor.fetchall()]
            if tables:
                cursor.execute(sql.SQL("drop table {}").format(sql.SQL(", ").join(tables)))
            cursor.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema)))
        connection.commit()
    finally:
        if not connection.closed:
            connection.rollback()
            connection.autocommit = True
