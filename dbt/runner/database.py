"""The connection of a run, and what it writes to the ledger."""

import os

import psycopg2
import psycopg2.extensions
import psycopg2.extras

# Waiting in Python instead of in libpq, so that a signal interrupts a statement at once.
psycopg2.extensions.set_wait_callback(psycopg2.extras.wait_select)

# dbt's connections bear this name (profiles.yml).
DBT_APPLICATION_NAME = "waymark-dbt"

# In seconds: a client that is silently gone is noticed within a minute.
SERVER_NOTICES_LOSS = """
    select
      set_config('tcp_keepalives_idle', '30', false),
      set_config('tcp_keepalives_interval', '10', false),
      set_config('tcp_keepalives_count', '3', false)
"""


# As src/platform/roles.ts has it: the rights of the transformation and no others, where the roles are set up. What a run makes
# then belongs to the group, so that a run with another login can replace it.
TAKE_ROLE = """
    select set_config('role', rolname, false)
    from pg_roles
    where rolname = %s
      and pg_has_role(rolname, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)
      and has_schema_privilege(rolname, to_regnamespace('ingest')::oid, 'usage')
"""


class Unreachable(Exception):
    """Postgres cannot be reached."""


def group_role(part: str) -> str:
    return f"{os.environ.get('POSTGRES_ROLE_PREFIX') or 'waymark'}_{part}"


def take_role(connection) -> str | None:
    """The role whose rights the connection has from now on; None where it keeps those of its login."""
    taken = rows(connection, TAKE_ROLE, (group_role("transform"),))
    return taken[0][0] if taken else None


def tls() -> dict[str, str]:
    """libpq's own words; what is not set is as libpq has it."""
    names = ("sslmode", "sslrootcert", "sslcert", "sslkey")
    return {name: value for name in names if (value := os.environ.get(f"POSTGRES_{name.upper()}"))}


def advice(refusal: str) -> str:
    if "certificate verify failed" in refusal:
        return "no CA in POSTGRES_SSLROOTCERT has signed its certificate; let it name the PEM file of the CA that did"
    if "does not match host name" in refusal:
        return "its certificate is for another host; connect by a name that it has, or have one made for this one"
    if "does not support SSL" in refusal:
        return "it speaks no TLS; turn it on, or set POSTGRES_SSLMODE=disable"
    return "check POSTGRES_* and that it is up"


def connect(application_name: str):
    """A connection with the rights of its login."""
    host = os.environ.get("POSTGRES_HOST", "localhost")
    port = os.environ.get("POSTGRES_PORT", "5432")
    try:
        connection = psycopg2.connect(
            host=host,
            port=port,
            dbname=os.environ.get("POSTGRES_DB", "waymark"),
            user=os.environ.get("POSTGRES_USER", "waymark"),
            password=os.environ.get("POSTGRES_PASSWORD", ""),
            application_name=application_name,
            connect_timeout=10,
            keepalives_idle=30,
            **tls(),
        )
    except psycopg2.OperationalError as error:
        raise Unreachable(f"cannot connect to Postgres at {host}:{port}: {advice(str(error))}") from error
    connection.autocommit = True
    # A node that dies says no goodbye: without this the server would keep the run's turn for hours.
    rows(connection, SERVER_NOTICES_LOSS)
    return connection


def rows(connection, statement: str, parameters: tuple = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def run_exists(connection, run_id: str) -> bool:
    return bool(rows(connection, "select 1 from ingest.run where id = %s", (run_id,)))


def end_work() -> None:
    """Ends what an interrupted run's dbt may still be doing in this database. Only one run is ever at work."""
    # A login may end its own sessions; the role that it works with may not.
    connection = connect("waymark-run")
    rows(
        connection,
        """
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where application_name = %s and datname = current_database() and usename = current_user
        """,
        (DBT_APPLICATION_NAME,),
    )
    connection.close()


def keep_artifact(connection, run_id: str, name: str, content_type: str, body: bytes | None) -> None:
    if body is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into ingest.run_artifact (run_id, name, content_type, body)
            values (%s, %s, %s, %s)
            on conflict (run_id, name) do update
              set content_type = excluded.content_type, body = excluded.body, created_at = clock_timestamp()
            """,
            (run_id, name, content_type, psycopg2.Binary(body)),
        )
