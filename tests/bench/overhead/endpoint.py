"""An endpoint that answers whole after 0.2 s, from a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LATENCY_S = 0.2


@contextmanager
def served() -> Iterator[int]:
    """Serve one model; yield the port."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "script.json"
        path.write_text(json.dumps({"served": {"delay_s": LATENCY_S, "wrong": []}}))
        words = [sys.executable, "-m", "tests.bench.headline.stub", str(path)]
        with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                yield int(process.stdout.readline())
            finally:
                process.kill()
