"""dbt as a child process: its log lines pass through without row values, and it never outlives this process."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from runner.parsing import seed
from runner.redact import redact
from runner.rules import fingerprint

PROJECT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1  # prctl(2)

# dbt parses anew whenever anything of the connection changed, as `target` shows it to templates. Here `target` shows no
# more than the names that end up in the SQL, so what was parsed holds for every server, user and password.
DBT = """
from dbt.adapters.postgres import PostgresCredentials
from dbt.cli.main import cli

PostgresCredentials._connection_keys = lambda self: ("database", "schema")
cli()
"""


# What the project's models say of themselves holds for tests as well, which have no hooks: on millions of rows they would
# sort on disk, and spend more time on compiling than on counting.
SERVER_OPTIONS = "-c jit=off -c work_mem=64MB"


class NotRun(Exception):
    """dbt could not start, or stopped before it ran anything."""


def build(target: Path, run_id: str | None, mart_schema: str, full_refresh: bool) -> bool:
    """Builds and tests everything; True if all of it passed. Unit tests are about the code, not the data: CI runs them."""
    results = target / "run_results.json"
    results.unlink(missing_ok=True)
    command = ["build", "--exclude-resource-type", "unit_test"]
    code = call(command + ["--full-refresh"] * full_refresh, target, run_id, mart_schema)
    if not results.exists():
        raise NotRun(f"dbt ended with exit code {code} before it built anything; its messages are above")
    return code == 0


def document(target: Path, run_id: str | None, mart_schema: str) -> bytes | None:
    """The docs as one page that needs no server behind it, or None."""
    page = target / "static_index.html"
    page.unlink(missing_ok=True)
    code = call(["docs", "generate", "--static"], target, run_id, mart_schema)
    return page.read_bytes() if code == 0 and page.exists() else None


def call(command: list[str], target: Path, run_id: str | None, mart_schema: str) -> int:
    # A target directory of its own for each schema: the schema is part of what dbt keeps of its parsing.
    target.mkdir(parents=True, exist_ok=True)
    seed(target)
    child = subprocess.Popen(
        [sys.executable, "-c", DBT, "--log-format", "json", "--log-level", "info", "--log-level-file", "none"]
        + ["--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats"]
        + [*command, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        + ["--target-path", str(target), "--log-path", str(target)],
        env={
            **os.environ,
            "WAYMARK_RUN_ID": run_id or "",
            "WAYMARK_MART_SCHEMA": mart_schema,
            "WAYMARK_RULES": fingerprint(PROJECT),
            "PGOPTIONS": f"{SERVER_OPTIONS} {os.environ.get('PGOPTIONS', '')}".strip(),
        },
        # Not where this process stands: a folder there that is called dbt would be taken for the package.
        cwd=target,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )
    try:
        for line in child.stdout:
            print_message(line)
        return child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def print_message(line: str) -> None:
    try:
        message = json.loads(line)["info"]["msg"]
    except (ValueError, KeyError, TypeError):
        message = line.rstrip("\n")
    if message.strip():
        # Text and line end at once: a signal between the two would put the summary behind the text.
        print(redact(message) + "\n", end="", flush=True)
