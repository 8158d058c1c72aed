"""What dbt says, without what stands in the rows: Postgres quotes values in its messages and details."""

import re

# Lines of a Postgres error that may hold a row or a part of it.
QUOTING_LINE = re.compile(r"^\s*(DETAIL|CONTEXT|HINT|QUERY|WHERE|LINE \d+):?.*$(\n\s*\^\s*$)?", re.MULTILINE)
# Quoted names of things are worth telling; any other quoted text may be a value.
QUOTED = re.compile(
    r'\b(?P<kind>relation|column|schema|table|view|function|role|user|database|constraint|index|type|operator|host|at) "'
    r'(?P<name>[^"]*)"|"[^"]*"'
)


def redact(message: str) -> str:
    if "Error" not in message:
        return message
    message = QUOTING_LINE.sub("", message)
    message = QUOTED.sub(lambda found: found.group(0) if found.group("kind") else '"…"', message)
    return "\n".join(line for line in message.split("\n") if line.strip())
