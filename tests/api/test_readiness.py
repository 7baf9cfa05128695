"""Readiness tells what is wrong by name; a process that lives is not yet ready."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from advisor.accounts.models import Team
from advisor.api.readiness import work_moves
from advisor.projects.models import Project, Sample, SampleSet, Setup
from advisor.runs.models import Candidate, Run, Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial() -> Trial:
    """Make a run of two minutes ago with one trial that nobody took."""
    team = Team.objects.create(slug="local", name="Local")
    project = Project.objects.create(team=team, slug="p", name="P")
    samples = SampleSet.objects.create(
        project=project, version=1, name="s", sha256="", count=1
    )
    sample = Sample.objects.create(
        sample_set=samples, position=0, key="1", input="q", expected="a"
    )
    setup = Setup.objects.create(project=project, sample_set=samples, version=1)
    run = Run.objects.create(
        team=team,
        project=project,
        setup=setup,
        number=1,
        manifest={},
        manifest_sha256="",
        rule_sha256="",
        samples_sha256="",
        state=Run.State.RUNNING,
    )
    long_ago = timezone.now() - timedelta(minutes=2)
    Run.objects.filter(pk=run.pk).update(created_at=long_ago)
    candidate = Candidate.objects.create(
        run=run, key="c", position=0, engine="fake", queue="local", spec={}
    )
    return Trial.objects.create(
        run=run, candidate=candidate, sample=sample, position=0, block=0
    )


def test_it_is_ready_when_everything_answers() -> None:
    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "redis": "ok", "work": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_a_missing_redis_is_named(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/redis.sock",
        }
    }
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "failing", "work": "ok"}


def test_due_work_that_nobody_takes_is_stuck(trial: Trial) -> None:
    assert not work_moves()
    assert Client().get("/readyz").json()["work"] == "failing"


@pytest.mark.parametrize("state", [Run.State.PAUSED, Run.State.COMPLETED])
def test_work_of_a_run_that_does_not_run_is_not_stuck(trial: Trial, state: str) -> None:
    Run.objects.update(state=state)

    assert work_moves()


def test_work_that_somebody_holds_moves(trial: Trial) -> None:
    Trial.objects.update(
        state=Trial.State.LEASED,
        lease_until=timezone.now() + timedelta(seconds=5),
        lease_token="7c0e0a9e-5f0f-4a39-9f1e-0a4f3f6e5b11",
    )

    assert work_moves()


def test_work_that_waits_for_its_time_is_not_stuck(trial: Trial) -> None:
    Trial.objects.update(not_before=timezone.now() + timedelta(seconds=30))

    assert work_moves()
