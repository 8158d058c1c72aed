"""What dbt knows of the project's files. An image holds it ready (parse.py), so that a Job starts with its work."""

import json
import os
import shutil
from pathlib import Path

STATE = "partial_parse.msgpack"


def seed(target: Path) -> None:
    """Begins an empty target directory, build or docs, with what WAYMARK_DBT_PARSED has under the same name.

    dbt compares all files, variables and the database's name with it and parses what differs: a wrong one costs time only,
    and dbt says then that it is unable to do partial parsing.
    """
    ready = os.environ.get("WAYMARK_DBT_PARSED")
    if not ready or (target / STATE).exists():
        return
    state = Path(ready) / target.name / STATE
    if state.exists():
        shutil.copyfile(state, target / STATE)
        print(f"dbt starts from what is parsed in {state.parent}", flush=True)


def parsed_files(target: Path) -> int:
    """How many files the last `dbt parse` into this directory did not find parsed."""
    return json.loads((target / "perf_info.json").read_text(encoding="utf-8"))["parsed_path_count"]
