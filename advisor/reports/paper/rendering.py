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


class ReportNotMade(Exception):
    """The PDF could not be made; the message says why and what to do."""


def render_pdf(report: Mapping[str, Any], *, seconds: int = SECONDS) -> bytes:
    """Return the PDF of ``report``; raise ReportNotMade when the child fails."""
    environment = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "TMPDIR")
        if name in os.environ
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "advisor.reports.paper.typesetter"],
            input=json.dumps(report, allow_nan=False).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env=environment | {"MPLBACKEND": "agg"},
            preexec_fn=_limit,
        )
    except subprocess.TimeoutExpired:
        raise ReportNotMade(
            f"The PDF took longer than {seconds} s and was stopped. Try again, or"
            " download the Markdown record."
        ) from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ReportNotMade(
            f"The PDF could not be made ({' '.join(last)[:200] or done.returncode})."
            " Try again, or download the Markdown record."
        )
    return done.stdout


def _limit() -> None:
    """Bound the child before it starts: a runaway report must not hurt its worker."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
