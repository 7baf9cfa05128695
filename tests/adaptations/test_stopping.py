"""Cancelling takes effect at once, and a job in other hands is left alone."""

import threading
import time
from pathlib import Path

import pytest

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import due_adaptations, work_folder
from advisor.adaptations.services import AdaptationRefused, cancel, work
from advisor.adaptations.services.claiming import MOST_DEATHS, beat, claim
from tests.adaptations.atelier import project_setup, start

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
    thread = threading.Thread(target=work, args=(job.pk,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while job.step == 0 and time.monotonic() < deadline:
        time.sleep(0.2)
        job.refresh_from_db()
    assert job.step > 0, job.problem
    cancel(adaptation=job, by=None)
    thread.join(60)
    assert not thread.is_alive()
    job.refresh_from_db()
    assert job.state == Adaptation.State.CANCELLED
    assert not work_folder(job).exists()
