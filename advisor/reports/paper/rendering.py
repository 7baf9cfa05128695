"""How is a PDF made without risk to the worker? In a child process under limits."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

MEMORY_BYTES = 2_000_000_000
SECONDS = 60
TYPESETTER = "advisor.reports.paper.typesetter"
# Threads reserve memory, and libraries start as many as there are cores: on a large
# machine more than the whole typesetter may have.
FEW_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "4",
    "MALLOC_ARENA_MAX": "2",
}


class ReportNotMade(Exception):
    """The PDF could not be made; the message says why and what to do."""


def render_pdf(
    report: Mapping[str, Any], *, seconds: int = SECONDS, module: str = TYPESETTER
) -> bytes:
    """Return the PDF of ``report`` from ``module``, run in a child process.

    Raises:
        ReportNotMade: It took longer than ``seconds``, ended, or wrote no PDF.
    """
    environment = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "TMPDIR")
        if name in os.environ
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps(report, allow_nan=False).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**environment, **FEW_THREADS, "MPLBACKEND": "agg"},
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired:
        raise ReportNotMade(
            f"The PDF took longer than {seconds} s and was stopped. Try again, or"
            " download the Markdown record."
        ) from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise ReportNotMade(
            f"The PDF could not be made ({_reason(done)}). Try again, or download the"
            " Markdown record."
        )
    return done.stdout


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
    if last:
        return last[0][:200]
    if done.returncode < 0:
        return f"the typesetter was ended by signal {-done.returncode}"
    return "the typesetter wrote no PDF"


def _limit() -> None:
    """Bound the child before it starts: a runaway report must not hurt its worker."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
