#!/usr/bin/env python
"""Parses the project ahead of its runs; needs no database.

    python parse.py DIRECTORY

A run that has WAYMARK_DBT_PARSED=DIRECTORY starts from there. Exit code 1: a run on another server would parse anew.
"""

import os
import sys
import tempfile
import uuid
from pathlib import Path

from run import BUILD_SCHEMA, LIVE_SCHEMA
from runner import dbt_process
from runner.parsing import STATE, parsed_files

TARGETS = {"build": BUILD_SCHEMA, "docs": LIVE_SCHEMA}
# Nothing of this can be known when an image is built.
ANOTHER_SERVER = {
    "POSTGRES_HOST": "another.host",
    "POSTGRES_PORT": "1",
    "POSTGRES_USER": "another",
    "POSTGRES_PASSWORD": "another",
    "POSTGRES_ROLE": "another",
    "POSTGRES_SSLMODE": "verify-full",
    "POSTGRES_SSLROOTCERT": "/another/ca.crt",
}


def main() -> int:
    directory = Path(sys.argv[1]).resolve()
    for name, schema in TARGETS.items():
        if dbt_process.call(["parse"], directory / name, None, schema) != 0:
            return 1
        for file in (directory / name).iterdir():
            if file.name != STATE:
                file.unlink()

    os.environ.update(ANOTHER_SERVER, WAYMARK_DBT_PARSED=str(directory))
    with tempfile.TemporaryDirectory() as elsewhere:
        for name, schema in TARGETS.items():
            dbt_process.call(["parse"], Path(elsewhere) / name, str(uuid.uuid4()), schema)
            parsed = parsed_files(Path(elsewhere) / name)
            if parsed > 0:
                print(f"a run would not use {directory / name}: it parsed {parsed} files anew", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
