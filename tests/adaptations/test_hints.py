"""Workers are told of waiting jobs, one at a time, and no job is done in between."""

from pathlib import Path

import pytest

from advisor.adaptations.models import Adaptation
from advisor.adaptations.tasks import hint_adaptations, make_model
from advisor.celery import app
from tests.adaptations.atelier import project_setup, start

pytestmark = pytest.mark.django_db


def test_the_oldest_waiting_job_is_told_of_once(tmp_path: Path, settings):
    settings.REAP_SECONDS = 60
    setup = project_setup(tmp_path / "model")
    jobs = [start(setup), start(setup, budget_minutes=5)]
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("local")
        queue.clear()
        for _ in range(3):
            hint_adaptations(True)
        sent = [message.headers["task"] for message in iter_queue(queue)]
    assert sent == [make_model.name]
    hinted = Adaptation.objects.filter(hinted_at__isnull=False)
    assert [one.pk for one in hinted] == [jobs[0].pk]


def test_without_a_queue_jobs_wait(tmp_path: Path):
    job = start(project_setup(tmp_path / "model"))
    hint_adaptations(False)
    job.refresh_from_db()
    assert (job.state, job.hinted_at) == (Adaptation.State.QUEUED, None)


def iter_queue(queue):
    while queue.qsize():
        message = queue.get(block=False)
        message.ack()
        yield message
