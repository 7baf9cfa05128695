"""What a job kept for its next sitting is gone from the disk once there is none."""

import os
import time
from pathlib import Path

import pytest

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import work_folder
from advisor.adaptations.services import cancel, end_with_team
from advisor.adaptations.services.claiming import MOST_DEATHS, claim
from advisor.adaptations.services.stopping import NOTICE_S
from advisor.adaptations.tasks import hint_adaptations
from advisor.web.clock import from_now
from tests.adaptations.atelier import FINE_TUNE, project_setup, start

pytestmark = pytest.mark.django_db


def kept(job: Adaptation) -> Adaptation:
    work_folder(job).mkdir(parents=True)
    (work_folder(job) / "checkpoint.safetensors").write_bytes(b"weights")
    return job


def test_nothing_is_left_of_a_job_whose_holder_died(tmp_path: Path, settings):
    setup = project_setup(tmp_path / "model")
    cancelled, given_up, live = (
        kept(start(setup, order={**FINE_TUNE, "seed": seed})) for seed in (1, 2, 3)
    )
    assert claim(cancelled.pk) is not None
    cancel(adaptation=cancelled, by=None)
    settings.LEASE_SECONDS = -1
    for _ in range(MOST_DEATHS + 1):
        claim(given_up.pk)
    given_up.refresh_from_db()
    assert given_up.state == Adaptation.State.FAILED
    jobs = (cancelled, given_up, live)
    # Who held it may still write for a while.
    hint_adaptations(False)
    assert [work_folder(one).exists() for one in jobs] == [True] * 3
    Adaptation.objects.filter(finished_at__isnull=False).update(
        finished_at=from_now(-600)
    )
    hint_adaptations(False)
    assert [work_folder(one).exists() for one in jobs] == [False, False, True]


def test_nothing_is_left_of_a_job_that_went_with_its_team(tmp_path: Path):
    setup = project_setup(tmp_path / "model")
    ended, fresh = (
        kept(start(setup, order={**FINE_TUNE, "seed": seed})) for seed in (1, 2)
    )
    folders = [work_folder(ended), work_folder(fresh)]
    for job in (ended, fresh):
        assert claim(job.pk) is not None
        cancel(adaptation=job, by=None)
    end_with_team(team=setup.project.team)
    long_ago = time.time() - 2 * NOTICE_S
    os.utime(folders[0], (long_ago, long_ago))
    hint_adaptations(False)
    # Who held the other one may not have noticed yet, and still write.
    assert [folder.exists() for folder in folders] == [False, True]
