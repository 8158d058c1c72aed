"""What a run came to: counted from dbt's run_results.json, printed as one line of JSON."""

import json
import os
from pathlib import Path

from runner.redact import redact

# What a Kubernetes termination message holds: of a longer one only the end is kept, which is no JSON.
SUMMARY_BYTES = 4096
# This many names usually fit; the counts tell the rest.
NAMES = 20

TEST_TYPES = ("test", "unit_test")


class Summary:
    def __init__(self):
        self.models = {"passed": 0, "failed": 0, "skipped": 0}
        self.tests = {"passed": 0, "failed": 0, "warned": 0, "skipped": 0}
        self.failing: list[str] = []
        self.warning: list[str] = []
        self.message: str | None = None
        self.published = False

    def add(self, results: list[dict]) -> None:
        for result in results:
            resource_type, name = result["unique_id"].split(".")[0], result["unique_id"].split(".")[2]
            if resource_type == "exposure":
                continue  # Named so that readers find it; there is nothing to build.
            counts = self.tests if resource_type in TEST_TYPES else self.models
            outcome = {"success": "passed", "pass": "passed", "warn": "warned", "skipped": "skipped"}.get(
                result["status"], "failed"
            )
            counts[outcome] = counts.get(outcome, 0) + 1
            if outcome == "failed":
                self.failing.append(name)
            elif outcome == "warned":
                self.warning.append(name)

    def finish(self, succeeded: bool, seconds: float) -> None:
        summary = {
            "outcome": "succeeded" if succeeded else "failed",
            "models": self.models,
            "tests": self.tests,
            "failing": self.failing[:NAMES],
            "warning": self.warning[:NAMES],
            "seconds": round(seconds, 1),
        }
        if self.message:
            summary["message"] = self.message
        line = json.dumps(summary, ensure_ascii=False)
        while len(line.encode()) > SUMMARY_BYTES and (summary["warning"] or summary["failing"]):
            (summary["warning"] or summary["failing"]).pop()
            line = json.dumps(summary, ensure_ascii=False)
        path = os.environ.get("WAYMARK_TERMINATION_PATH")
        if path:
            try:
                Path(path).write_text(line, encoding="utf-8")
            except OSError as error:
                print(f"cannot write the summary to {path}: {error.strerror}", flush=True)
        print(line, flush=True)


def read_results(target: Path) -> list[dict]:
    return json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]


def redacted_results(target: Path) -> bytes:
    """run_results.json as dbt wrote it, but for values that error messages quote."""
    document = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    for result in document["results"]:
        if result.get("message"):
            result["message"] = redact(result["message"])
    return json.dumps(document, ensure_ascii=False).encode("utf-8")
