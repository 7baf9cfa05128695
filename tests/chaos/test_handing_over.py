"""What everybody left, told to stop (F17) or killed at once (F04), is gone on with.

A worker that is told to stop stores what is answered and hands back the rest.
"""

from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.chaos.test_kills import LAUNCH, STATE, TRIALS
from tests.conftest import ServicesFactory
from tests.services import wait_until

pytestmark = pytest.mark.services

STATES = "SELECT DISTINCT state FROM runs_trial ORDER BY state"
ANSWERS = "SELECT count(*) FROM runs_answer"


def test_stopping_everything_loses_no_answer(
    services: ServicesFactory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    path = tmp_path / "calls"
    # A lease that nobody would wait for: only a hand-over frees what is held.
    variables = {"DATABASE_URL": url, "LEASE_SECONDS": "600", "STOP_SECONDS": "10"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        shell(running, LAUNCH.format(samples=200, calls=str(path)))
        assert wait_until(lambda: len(calls(path)) >= 10)
    assert column(url, STATES) == ["pending", "succeeded"]
    # The call that was under way is the only one that may have been for nothing.
    assert column(url, ANSWERS)[0] >= len(calls(path)) - 1


def test_a_run_goes_on_when_everything_was_killed_and_is_started_again(
    services: ServicesFactory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    path = tmp_path / "calls"
    variables = {"DATABASE_URL": url, "LEASE_SECONDS": "2"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        pk = shell(running, LAUNCH.format(samples=40, calls=str(path)))
        assert wait_until(lambda: len(calls(path)) >= 10)
        running.process.kill()
        running.process.wait(20)
    answered = column(url, ANSWERS)[0]
    assert column(url, STATE) == ["running"]
    with services(roles=["default", "dispatcher"], **variables) as running:
        assert wait_until(lambda: column(url, STATE) == ["completed"], seconds=90)
        verified = running.manage("verify_run", pk)
    assert verified.returncode == 0, verified.stdout
    assert answered < column(url, ANSWERS)[0] == len(column(url, TRIALS)) == 40
