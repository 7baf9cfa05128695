"""Sixty samples, five kill -9 in the middle: sixty answers (F01, seeds: F02)."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.chaos.reading import calls, column, shell
from tests.conftest import ServicesFactory
from tests.services import Services, wait_until

pytestmark = pytest.mark.services

SAMPLES = 60
KILLS = ("child", "child", "group", "child", "child")

LAUNCH = """
from advisor.runs import services
from tests.runs.factory import make_setup
setup = make_setup(
    samples={samples},
    candidates=[
        {{
            "id": "scripted",
            "options": {{"delay_s": 0.2, "default": "upper", "calls_file": {calls!r}}},
        }}
    ],
)
print(services.launch(setup=setup, started_by=None).pk)
"""
STATE = "SELECT state FROM runs_run"
TRIALS = "SELECT id FROM runs_trial ORDER BY id"
ANSWERS = "SELECT trial_id FROM runs_answer ORDER BY trial_id"


def victims(running: Services) -> dict[str, list[int]]:
    """The pool children of the worker, its main process, and both."""
    main = psutil.Process(running.pid("default"))
    children = [child.pid for child in main.children()]
    return {"child": children, "main": [main.pid], "group": [main.pid, *children]}


def kill(running: Services, kind: str) -> None:
    for pid in victims(running)[kind]:
        os.kill(pid, signal.SIGKILL)


def test_sixty_samples_survive_five_kills(
    services: ServicesFactory, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "calls"
    variables = {"DATABASE_URL": database_url, "LEASE_SECONDS": "2"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        pk = shell(running, LAUNCH.format(samples=SAMPLES, calls=str(path)))
        for kind in KILLS:
            before = len(calls(path))
            assert wait_until(
                lambda before=before: len(calls(path)) >= before + 4, seconds=120
            )
            kill(running, kind)
        assert wait_until(
            lambda: column(database_url, STATE)[0] not in ("queued", "running"),
            seconds=120,
        ), running.log.read_text()
        verified = running.manage("verify_run", pk)
    assert column(database_url, STATE) == ["completed"]
    assert len(column(database_url, TRIALS)) == SAMPLES
    assert column(database_url, ANSWERS) == column(database_url, TRIALS)
    assert verified.returncode == 0, verified.stdout
    assert set(calls(path)) == {f"s{index:04}" for index in range(SAMPLES)}
