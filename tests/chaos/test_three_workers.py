"""Three workers on two machines: they share a run, and one machine may go down."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.reading import calls, column, shell
from tests.conftest import ServicesFactory
from tests.services import FAST, ROOT, wait_until

pytestmark = pytest.mark.services

SAMPLES = 50
# Beats that a busy test machine does not miss.
BEATS = {"LEASE_SECONDS": "4", "HEARTBEAT_SECONDS": "1"}
LAUNCH = """
from advisor.runs import services
from tests.runs.factory import make_setup
options = {{"delay_s": 0.15, "default": "upper", "calls_file": {calls!r}}}
setup = make_setup(
    samples={samples},
    candidates=[{{"id": name, "options": options}} for name in "abc"],
)
print(services.launch(setup=setup, started_by=None).pk)
"""
SEATS = "SELECT name FROM runs_workerseat ORDER BY name"
HOLDERS = "SELECT DISTINCT lease_token FROM runs_trial WHERE state = 'leased'"
STATE = "SELECT state FROM runs_run"
TRIALS = "SELECT id FROM runs_trial ORDER BY id"
ANSWERS = "SELECT trial_id FROM runs_answer ORDER BY trial_id"


@contextmanager
def another_machine(folder: Path, workers: int, **variables: str) -> Iterator[int]:
    """Start workers that are told nothing but where database and queue are.

    They are one process group, whose number is given.
    """
    folder.mkdir()
    # Durations are scaled for the test; an installation has the same everywhere.
    known = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **FAST, **variables}
    words = "-m celery -q -A advisor.celery:app worker -P prefork -c 1 -Q default"
    quiet = "--without-gossip --without-mingle -l WARNING"
    command = [sys.executable, *words.split(), *quiet.split()]
    started: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("wb") as log:
        for number in range(workers):
            started.append(
                subprocess.Popen(
                    [*command, "-n", f"w{number}@other"],
                    cwd=ROOT,
                    env=known,
                    stdout=log,
                    stderr=log,
                    process_group=started[0].pid if started else 0,
                )
            )
    try:
        yield started[0].pid
    finally:
        for process in started:
            process.kill()
            process.wait(10)


def test_workers_of_two_machines_share_a_run_and_one_machine_may_go(
    services: ServicesFactory, postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    where = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, **BEATS}
    path = tmp_path / "calls"
    with services(roles=["default", "dispatcher"], **where) as running:
        with another_machine(tmp_path / "other", 2, **where) as group:
            assert wait_until(lambda: len(column(postgres_url, SEATS)) == 3)
            pk = shell(running, LAUNCH.format(samples=SAMPLES, calls=str(path)))
            # All three hold a lease of their own at one moment.
            assert wait_until(
                lambda: len(column(postgres_url, HOLDERS)) == 3, seconds=60
            ), column(postgres_url, HOLDERS)
            os.killpg(group, signal.SIGKILL)
        assert wait_until(
            lambda: column(postgres_url, STATE) == ["completed"], seconds=90
        ), running.log.read_text()
        verified = running.manage("verify_run", pk)
    assert verified.returncode == 0, verified.stdout
    assert column(postgres_url, ANSWERS) == column(postgres_url, TRIALS)
    assert len(column(postgres_url, TRIALS)) == 3 * SAMPLES
    assert len(calls(path)) >= 3 * SAMPLES
