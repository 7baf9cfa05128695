"""A worker that sleeps through its lease: what it brings is thrown away (F13)."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.chaos.test_kills import ANSWERS, LAUNCH, STATE, TRIALS, victims
from tests.conftest import ServicesFactory
from tests.services import manage, wait_until

pytestmark = pytest.mark.services

SAMPLES = 40
# Whoever sleeps with locks in hand is waited for by all others.
BUSY = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()
"""
# What another worker does meanwhile: it takes back what ran out, and does all the rest.
ANOTHER = """
from advisor.runs import services
from advisor.runs.models import Run
print(services.run_inline(Run.objects.get()).state)
"""


def freeze(pid: int, asked: Callable[[], bool]) -> bool:
    """Let a process sleep; only for a moment, and say so, where nothing is `asked`."""
    os.kill(pid, signal.SIGSTOP)
    found = asked()
    if not found:
        os.kill(pid, signal.SIGCONT)
    return found


def test_a_run_outlives_a_worker_that_slept(
    services: ServicesFactory, postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "calls"

    def asked() -> bool:
        """Say whether answers are not stored yet, and nobody is in a transaction."""
        unstored = len(calls(path)) >= len(column(postgres_url, ANSWERS)) + 2
        return unstored and not column(postgres_url, BUSY)

    variables = {"DATABASE_URL": postgres_url, "LEASE_SECONDS": "1.5"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        shell(running, LAUNCH.format(samples=SAMPLES, calls=str(path)))
        sleeper: list[int] = []

        def sleeps() -> bool:
            sleeper[:] = victims(running)["child"] if asked() else []
            return bool(sleeper) and freeze(sleeper[0], asked)

        assert wait_until(sleeps)
        assert shell(running, ANOTHER) == "completed"
        os.kill(sleeper[0], signal.SIGCONT)
    assert column(postgres_url, STATE) == ["completed"]
    verified = manage("verify_run", environment=running.environment)
    assert column(postgres_url, ANSWERS) == column(postgres_url, TRIALS)
    assert len(column(postgres_url, ANSWERS)) == SAMPLES
    assert verified.returncode == 0, verified.stdout
    # What the sleeping worker had answered came too late and was asked again.
    assert len(calls(path)) > SAMPLES
