"""Cancelling takes effect at once, and a job in other hands is left alone."""

import fcntl
import os
import shutil
import termios
import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import due_adaptations, result_root, work_folder
from advisor.adaptations.services import AdaptationRefused, cancel, work
from advisor.adaptations.services.claiming import MOST_DEATHS, beat, claim
from advisor.adaptations.services.finishing import finish
from tests.adaptations.atelier import project_setup, start
from tests.services import wait_until

LONG = {"technique": "fine_tune", "steps": 100_000, "rows": 4}


@pytest.mark.django_db
def test_a_holder_whose_job_was_cancelled_can_write_no_more(tmp_path: Path):
    job = start(project_setup(tmp_path / "model"))
    held = claim(job.pk)
    assert held is not None
    assert claim(job.pk) is None
    cancel(adaptation=job, by=None)
    assert beat(held, step=7) is False
    job.refresh_from_db()
    assert (job.state, job.step) == (Adaptation.State.CANCELLED, 0)
    with pytest.raises(AdaptationRefused, match="is cancelled already"):
        cancel(adaptation=job, by=None)


@pytest.mark.django_db
def test_a_job_whose_holders_die_again_and_again_is_given_up(tmp_path: Path, settings):
    settings.LEASE_SECONDS = -1
    job = start(project_setup(tmp_path / "model"))
    for _ in range(MOST_DEATHS):
        assert claim(job.pk) is not None
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert job.state == Adaptation.State.FAILED
    assert "three times" in job.problem
    assert not due_adaptations().exists()


@pytest.mark.django_db(transaction=True)
def test_a_process_at_work_is_killed_when_its_job_is_cancelled(tmp_path: Path):
    job = start(project_setup(tmp_path / "model"), order=LONG)
    at_work = threading.Event()

    def stopping() -> bool:
        """Asked whenever the process has told how far it is."""
        at_work.set()
        return False

    def cancelled() -> bool:
        try:
            cancel(adaptation=job, by=None)
        except OperationalError:
            # Here one database in memory is shared, and whoever has to wait is refused.
            return False
        return True

    thread = threading.Thread(
        target=work, args=(job.pk,), kwargs={"stopping": stopping}, daemon=True
    )
    thread.start()
    assert at_work.wait(120)
    assert wait_until(cancelled)
    thread.join(60)
    assert not thread.is_alive()
    job.refresh_from_db()
    assert job.state == Adaptation.State.CANCELLED
    assert not work_folder(job).exists()


@pytest.mark.django_db(transaction=True)
def test_a_result_is_hashed_under_its_lease_and_in_no_transaction(tmp_path: Path):
    """Though the database is away at the first beat, as when it is started again."""
    setup = project_setup(tmp_path / "model")
    held = claim(start(setup).pk)
    assert held is not None
    out = work_folder(held) / "result-1"
    shutil.copytree(tmp_path / "model", out)
    # A file of weights that takes as long to read as somebody holds it open.
    os.mkfifo(out / "z.safetensors")
    pipe = os.open(out / "z.safetensors", os.O_RDWR)
    os.write(pipe, b"weights")
    ours, seen, beats = connections["default"], list[bool](), list[str]()

    def is_being_read() -> bool:
        return not any(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))

    def look_and_let_go() -> None:
        wait_until(is_being_read)
        seen.append(ours.in_atomic_block)
        wait_until(lambda: len(beats) > 1 or seen[0])
        for path in result_root(held).glob("*/z.safetensors"):
            path.unlink()
        os.close(pipe)

    def note_beats(execute, sql, *rest):
        if sql.startswith('UPDATE "adaptations_adaptation" SET "lease_until"'):
            beats.append(sql)
            if len(beats) == 1:
                raise OperationalError("The server is starting up.")
        return execute(sql, *rest)

    beside = threading.Thread(target=look_and_let_go)
    beside.start()
    with connection.execute_wrapper(note_beats):
        finish(held, record={"steps": 1}, out=out, inputs=["q"], cost={})
    beside.join()
    assert seen == [False]
    held.refresh_from_db()
    assert held.state == Adaptation.State.DONE
