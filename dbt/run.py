#!/usr/bin/env python
"""One run: build and test the marts beside the live ones, publish them at once, make the docs page.

    python run.py --run-id UUID      (how the transform loop and the Job start it)
    python run.py                    (by hand: covers every loaded file, keeps no artifacts, makes no docs page)
    python run.py --full-refresh     (makes the tables anew that otherwise grow by file)

Exit code 0: published. 1: dbt failed, a model or a test. 2: it could not run or publish, or lost the database on the way.
143: stopped by a signal before it published. But for 0, yesterday's marts stand. After 2 and 143 the same run may be started
again, and a Job does so; what dbt said after 1 it would say again.
The last line of stdout is the summary as JSON; WAYMARK_TERMINATION_PATH, if set, gets it too.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg2

from runner import database, dbt_process, publication
from runner.summary import Summary, read_results, redacted_results

BUILD_SCHEMA = "mart_next"
LIVE_SCHEMA = "mart"

PUBLISHED, DBT_FAILED, NOT_RUN = 0, 1, 2
STOPPED = 128 + signal.SIGTERM


class Stopped(Exception):
    """SIGTERM or SIGINT arrived."""


class UnknownRun(Exception):
    """The ledger has no such run."""


def main() -> int:
    started = time.monotonic()
    summary = Summary()
    code = NOT_RUN
    try:
        stop_on_signals()
        run_id, full_refresh = parse_arguments()
        with target_directory() as target:
            code = run(run_id, full_refresh, Path(target), summary)
    except Stopped:
        # Once the marts are published the run has done its work; only the docs page is missing then.
        code = PUBLISHED if summary.published else STOPPED
        summary.message = "stopped after the marts were published" if summary.published else "stopped by a signal"
    except (publication.Busy, publication.NotPublished, dbt_process.NotRun, database.Unreachable, UnknownRun) as error:
        code = NOT_RUN
        summary.message = str(error)
    except (psycopg2.Error, OSError) as error:
        # A Postgres message may quote a row, so only its class is told.
        code = PUBLISHED if summary.published else NOT_RUN
        summary.message = f"{type(error).__name__} {getattr(error, 'pgcode', None) or ''}".strip()
    no_more_signals()
    summary.finish(code == PUBLISHED, time.monotonic() - started)
    return code


def run(run_id: str | None, full_refresh: bool, target: Path, summary: Summary) -> int:
    connection = database.connect("waymark-run")
    try:
        os.environ["POSTGRES_ROLE"] = database.take_role(connection) or ""
        publication.take_turn(connection)
        if run_id and not database.run_exists(connection, run_id):
            raise UnknownRun(f"ingest.run has no row {run_id}; start runs through POST /runs, or leave --run-id out")
        database.end_work()
        publication.clear(connection, BUILD_SCHEMA, LIVE_SCHEMA)

        built = dbt_process.build(target / "build", run_id, BUILD_SCHEMA, full_refresh)
        summary.add(read_results(target / "build"))
        if run_id:
            results = redacted_results(target / "build")
            database.keep_artifact(connection, run_id, "run_results.json", "application/json", results)
        if not built:
            return DBT_FAILED

        with signals_held():
            publication.swap(connection, BUILD_SCHEMA, LIVE_SCHEMA, run_id)
            summary.published = True
        publication.drop_old(connection, LIVE_SCHEMA)

        if not run_id:
            return PUBLISHED
        page = dbt_process.document(target / "docs", run_id, LIVE_SCHEMA)
        if page is None:
            summary.message = "the marts are published; the docs page could not be made"
        else:
            database.keep_artifact(connection, run_id, "docs.html", "text/html", page)
        return PUBLISHED
    except Stopped:
        # Still holding the turn, so the work ended is this run's and no other's.
        end_work_on_server()
        raise
    finally:
        connection.close()


def parse_arguments() -> tuple[str | None, bool]:
    parser = argparse.ArgumentParser(description="Build, test and publish the marts.")
    parser.add_argument("--run-id", type=uuid.UUID, help="the row in ingest.run whose files are covered")
    parser.add_argument("--full-refresh", action="store_true", help="read every file anew, not only those that are new")
    arguments = parser.parse_args()
    return str(arguments.run_id) if arguments.run_id else None, arguments.full_refresh


def target_directory() -> AbstractContextManager[str]:
    """Where dbt writes. WAYMARK_DBT_TARGET, one a database, is kept between runs and saves most of the parsing."""
    kept = os.environ.get("WAYMARK_DBT_TARGET")
    if not kept:
        return tempfile.TemporaryDirectory(prefix="waymark-dbt-")
    Path(kept).mkdir(parents=True, exist_ok=True)
    return nullcontext(os.path.abspath(kept))


@contextmanager
def signals_held() -> Iterator[None]:
    """Puts a signal off until the block is done: a swap is short, and must be known to have happened or not."""
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)


def stop_on_signals() -> None:
    def stop(_number, _frame):
        # One signal is enough: what follows is the way out.
        no_more_signals()
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def no_more_signals() -> None:
    """On the way out nothing is left to stop, and the exit code has to tell how the run went."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_work_on_server() -> None:
    """A killed client's statement would go on for as long as it takes: end it."""
    try:
        database.end_work()
    except (psycopg2.Error, database.Unreachable):
        pass  # The next run does it before it begins.


if __name__ == "__main__":
    sys.exit(main())
