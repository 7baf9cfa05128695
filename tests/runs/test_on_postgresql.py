"""Every test of runs holds on PostgreSQL as it does on SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.services
def test_every_test_of_runs_holds_on_postgresql(postgres_url: str) -> None:
    words = ["-q", "-p", "no:cacheprovider", "-m", "not services and not models"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/runs", *words],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": postgres_url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
