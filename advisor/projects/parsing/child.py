"""How is a stranger's file read without risking this process?

In a child process with a limit on processor time and memory: what hangs or swells is
ended by the kernel and becomes a problem to show. Popen and not multiprocessing,
because a Celery worker process may not fork workers of its own.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from advisor.projects.parsing import limits
from advisor.projects.parsing.values import Options, Problem, Row, Table

ROOT = Path(__file__).resolve().parents[3]
OUT_OF_MEMORY = 3
DEFAULTS = Options()
MESSAGES = {
    "time": f"Reading the file takes longer than {limits.CPU_SECONDS} s.",
    "memory": "Reading the file takes more than 512 MB of memory.",
    "other": "The file could not be read.",
}
SIMPLER = "Save it in a simpler form, such as CSV or JSON Lines, and try again."


def parse_in_child(
    data: bytes,
    filename: str,
    options: Options = DEFAULTS,
    *,
    cpu_seconds: int = limits.CPU_SECONDS,
    memory_bytes: int = limits.MEMORY_BYTES,
) -> Table:
    """Return what ``parse_table`` returns, read by a process with limits."""
    command = [
        sys.executable,
        "-m",
        "advisor.projects.parsing",
        json.dumps([filename[-255:], cpu_seconds, memory_bytes]),
        json.dumps(asdict(options)),
    ]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command,
            input=data[: limits.FILE_BYTES + 1],
            capture_output=True,
            timeout=cpu_seconds * 2,
            env=environment,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _failed("time")
    if done.returncode == OUT_OF_MEMORY:
        return _failed("memory")
    if done.returncode < 0:
        return _failed("time")
    if done.returncode:
        return _failed("other")
    return table_from(json.loads(done.stdout))


def as_json(table: Table) -> dict[str, Any]:
    """Return ``table`` as JSON values, for ``table_from`` to read."""
    return {
        **asdict(table),
        "rows": [[row.number, *row.values] for row in table.rows],
    }


def table_from(values: dict[str, Any]) -> Table:
    """Return the table that ``as_json`` wrote."""
    return Table(
        kind=values["kind"],
        columns=tuple(values["columns"]),
        rows=tuple(Row(number, tuple(cells)) for number, *cells in values["rows"]),
        problems=tuple(Problem(**problem) for problem in values["problems"]),
        notes=tuple(values["notes"]),
        unit=values["unit"],
        sheets=tuple(values["sheets"]),
    )


def _failed(reason: str) -> Table:
    problem = Problem(code=f"parser_{reason}", wrong=MESSAGES[reason], remedy=SIMPLER)
    return Table(kind="unknown", problems=(problem,))
