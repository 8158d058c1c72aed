"""The rules that the tables which grow by file are made by: when they change, what was kept of earlier runs is worth nothing."""

import hashlib
from pathlib import Path

# All that has a say in the rows of these tables. Feeds do by the models and macros that are generated from them.
RULES = (
    "macros",
    "seeds",
    "models/staging",
    "models/intermediate/normalize",
    "models/intermediate/union",
    "models/intermediate/summary",
)
SUFFIXES = (".sql", ".csv")


def fingerprint(project: Path) -> str:
    """Of the files' names and contents, line ends apart."""
    digest = hashlib.sha256()
    for folder in RULES:
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                content = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
                digest.update(f"{path.relative_to(project).as_posix()} {content}\n".encode())
    return digest.hexdigest()
