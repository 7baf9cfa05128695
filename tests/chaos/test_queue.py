"""What the queue does to a run that needs it: nothing that lasts.

F06: it is flushed ten times. F07: it is killed and comes back with an empty disk, as
the embedded one writes nothing; a worker that takes no messages afterwards is replaced.
F10: another program's worker listens on the same Redis to queues of the same names, and
takes nothing of ours.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from celery import Celery

from advisor.web.embedded import answers
from tests.chaos.reading import column, shell
from tests.chaos.storm import LAUNCH, STATE, TRIALS, tell
from tests.conftest import ServicesFactory
from tests.services import ROOT, Services, wait_until

pytestmark = pytest.mark.services

SAMPLES = 160
ANSWERS = "SELECT trial_id FROM runs_answer ORDER BY trial_id"
FLUSHES, KILLS = 10, 2


@contextmanager
def another_worker(url: str, notes: Path) -> Iterator[Celery]:
    """Run the other program's worker; give what sends it messages."""
    broker = url.replace("unix://", "redis+socket://")
    words = "-m celery -q -A tests.chaos.another_app worker -P solo -l ERROR"
    queues = "-Q default,local,remote --without-gossip --without-mingle"
    worker = subprocess.Popen(
        [sys.executable, *words.split(), *queues.split()],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "BROKER": broker, "NOTES": str(notes)},
    )
    try:
        yield Celery("another", broker=broker)
    finally:
        worker.kill()
        worker.wait(10)


def troubles(running: Services) -> Iterator[Callable[[], None]]:
    """Give one trouble after the other: flushes, a kill after each five of them."""
    url = str(running.record()["redis_url"])
    for number in range(FLUSHES):
        yield lambda: redis.Redis.from_url(url).flushall()
        if number % (FLUSHES // KILLS) == 0:
            pid = running.pid("redis")
            yield lambda pid=pid: tell(pid, signal.SIGKILL)
            assert wait_until(lambda: answers(url))


def test_a_run_outlives_its_queue_and_another_program_on_it(
    services: ServicesFactory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    notes = tmp_path / "notes"
    # Slices so short that the run needs a message for every few answers.
    variables = {"DATABASE_URL": url, "SLICE_SECONDS": "0.3", "DEAF_SECONDS": "4"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        redis_url = str(running.record()["redis_url"])
        with another_worker(redis_url, notes) as other:
            other.send_task("its_own", queue="default")
            assert wait_until(notes.exists)
            calls = str(tmp_path / "calls")
            pk = shell(running, LAUNCH.format(samples=SAMPLES, delay=0.1, calls=calls))
            for trouble in troubles(running):
                assert column(url, STATE) != ["completed"]
                before = len(column(url, ANSWERS))
                trouble()
                assert wait_until(
                    lambda before=before: len(column(url, ANSWERS)) > before,
                    seconds=120,
                ), running.log.read_text()
            assert wait_until(lambda: column(url, STATE) == ["completed"], seconds=120)
            other.send_task("its_own", queue="default")
            assert wait_until(lambda: notes.read_text().count("its own") == 2)
        verified = running.manage("verify_run", pk)
    assert column(url, ANSWERS) == column(url, TRIALS)
    assert len(column(url, TRIALS)) == SAMPLES
    assert verified.returncode == 0, verified.stdout
    # It was there all the time and took nothing but what was sent to it.
    assert set(notes.read_text().split("\n")) == {"its own", ""}
