"""How is a stranger's file read without risking this process?

In a child process with a limit on processor time and memory: what hangs or swells is
ended by the kernel and becomes a problem to show. Popen and not multiprocessing,
because a Celery worker process may not fork workers of its own.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from advisor.projects.parsing import limits
from advisor.projects.parsing.values import Options, Problem, Row, Table

ROOT = Path(__file__).resolve().parents[3]
OUT_OF_MEMORY = 3
LOOK_SECONDS = 0.3
DEFAULTS = Options()
# Numpy, which readers of tables bring along, reserves 40 MB for each thread that it
# starts, one a core: on a large machine more than a reader may have in all.
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
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
    tell: Callable[[int], None] | None = None,
) -> Table:
    """Return what ``parse_table`` returns, read by a process with limits.

    ``tell`` is called in this thread with the rows read so far, a few times a second.
    """
    command = [
        sys.executable,
        "-m",
        "advisor.projects.parsing",
        json.dumps([filename[-255:], cpu_seconds, memory_bytes]),
        json.dumps(asdict(options)),
    ]
    child = _Child(command, data[: limits.FILE_BYTES + 1])
    if not child.ended(cpu_seconds * 2, tell):
        return _failed("time")
    status = child.process.returncode
    if status == OUT_OF_MEMORY:
        return _failed("memory")
    if status < 0:
        return _failed("time")
    if status:
        return _failed("other")
    return table_from(json.loads(b"".join(child.output)))


class _Child:
    """A reading process, its pipes served by threads so that none of them fills up."""

    def __init__(self, command: Sequence[str], data: bytes) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT, cwd=ROOT
        )
        self.output: list[bytes] = []
        self.rows = 0
        jobs = (partial(self._feed, data), self._collect, self._listen)
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def ended(self, seconds: float, tell: Callable[[int], None] | None) -> bool:
        """Wait for the end and say whether it came; a child that is late is killed."""
        told, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                self.process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if tell is not None and self.rows != told:
                    told = self.rows
                    tell(told)
                continue
            break
        else:
            self.process.kill()
            self.process.wait()
        late = self.process.returncode == -signal.SIGKILL and time.monotonic() >= until
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return not late

    def _feed(self, data: bytes) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError), self.process.stdin as pipe:
                pipe.write(data)

    def _collect(self) -> None:
        if self.process.stdout is not None:
            self.output.append(self.process.stdout.read())

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            if line.strip().isdigit():
                self.rows = int(line)


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
