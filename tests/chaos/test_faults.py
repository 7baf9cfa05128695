"""A worker that sleeps through its lease: what it brings is thrown away (F13)."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.chaos.test_kills import ANSWERS, LAUNCH, STATE, TRIALS, victims
from tests.conftest import ServicesFactory
from tests.services import wait_until

pytestmark = pytest.mark.services

SAMPLES = 80
LEASE_SECONDS = 1.5


def freeze(pid: int, seconds: float) -> None:
    os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


def test_a_run_outlives_a_worker_that_slept(
    services: ServicesFactory, postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "calls"

    def more_calls() -> bool:
        seen = len(calls(path))
        return wait_until(lambda: len(calls(path)) >= seen + 4, seconds=40)

    variables = {"DATABASE_URL": postgres_url, "LEASE_SECONDS": str(LEASE_SECONDS)}
    with services(roles=["default", "dispatcher"], **variables) as running:
        shell(running, LAUNCH.format(samples=SAMPLES, calls=str(path)))
        assert more_calls()
        freeze(victims(running)["child"][0], LEASE_SECONDS * 2)
        assert wait_until(
            lambda: column(postgres_url, STATE) == ["completed"], seconds=90
        ), running.log.read_text()
        verified = running.manage("verify_run")
    assert column(postgres_url, ANSWERS) == column(postgres_url, TRIALS)
    assert len(column(postgres_url, ANSWERS)) == SAMPLES
    assert verified.returncode == 0, verified.stdout
    # What the sleeping worker had answered came too late and was asked again.
    assert len(calls(path)) > SAMPLES
