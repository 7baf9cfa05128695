"""A worker that is told to stop stores what is answered and hands back the rest."""

from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.chaos.test_kills import LAUNCH
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
        assert wait_until(lambda: len(calls(path)) >= 10, seconds=40)
    assert column(url, STATES) == ["pending", "succeeded"]
    # The call that was under way is the only one that may have been for nothing.
    assert column(url, ANSWERS)[0] >= len(calls(path)) - 1
