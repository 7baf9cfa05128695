"""A worker that sleeps through its lease: what it brings is thrown away (F13)."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.chaos.test_kills import ANSWERS, LAUNCH, STATE, TRIALS, victims
from tests.conftest import ServicesFactory
from tests.services import wait_until

pytestmark = pytest.mark.services

SAMPLES = 40
LEASE_SECONDS = 1.5


def freeze(pid: int, seconds: float, asked: Callable[[], bool]) -> bool:
    """Let a process sleep; only for a moment, and say so, where nothing is `asked`."""
    os.kill(pid, signal.SIGSTOP)
    found = asked()
    time.sleep(seconds if found else 0)
    os.kill(pid, signal.SIGCONT)
    return found


def test_a_run_outlives_a_worker_that_slept(
    services: ServicesFactory, postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "calls"

    def asked() -> bool:
        """Say whether there are answers that are not stored yet."""
        return len(calls(path)) >= len(column(postgres_url, ANSWERS)) + 2

    variables = {"DATABASE_URL": postgres_url, "LEASE_SECONDS": str(LEASE_SECONDS)}
    with services(roles=["default", "dispatcher"], **variables) as running:
        shell(running, LAUNCH.format(samples=SAMPLES, calls=str(path)))
        assert wait_until(
            lambda: (
                asked()
                and freeze(victims(running)["child"][0], LEASE_SECONDS * 2, asked)
            ),
            seconds=40,
        )
        assert wait_until(
            lambda: column(postgres_url, STATE) == ["completed"], seconds=90
        ), running.log.read_text()
        verified = running.manage("verify_run")
    assert column(postgres_url, ANSWERS) == column(postgres_url, TRIALS)
    assert len(column(postgres_url, ANSWERS)) == SAMPLES
    assert verified.returncode == 0, verified.stdout
    # What the sleeping worker had answered came too late and was asked again.
    assert len(calls(path)) > SAMPLES
