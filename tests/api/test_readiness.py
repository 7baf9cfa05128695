"""Readiness tells what is wrong by name; a process that lives is not yet ready."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from advisor.accounts.models import Team
from advisor.adaptations.models import Adaptation
from advisor.api.readiness import work_moves
from advisor.projects.models import Project, Sample, SampleSet, Setup
from advisor.runs.models import (
    Candidate,
    EndpointStanding,
    EndpointWait,
    Run,
    Trial,
)

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
        lease_until=timezone.now() + timedelta(minutes=5),
        lease_token="7c0e0a9e-5f0f-4a39-9f1e-0a4f3f6e5b11",
    )

    assert work_moves()


def test_work_that_waits_for_its_time_is_not_stuck(trial: Trial) -> None:
    Trial.objects.update(not_before=timezone.now() + timedelta(minutes=5))

    assert work_moves()


def test_an_endpoint_that_is_waited_for_is_not_stuck(trial: Trial) -> None:
    Candidate.objects.update(state=Candidate.State.PAUSED)

    assert work_moves()


def test_an_endpoint_that_nobody_asks_is_stuck(trial: Trial) -> None:
    Candidate.objects.update(state=Candidate.State.PAUSED)
    standing = EndpointStanding.objects.create(
        team=trial.run.team,
        digest="d",
        host="example.com:443",
        probe_at=timezone.now() - timedelta(minutes=2),
    )
    EndpointWait.objects.create(
        candidate=trial.candidate, standing=standing, since=timezone.now()
    )
    assert not work_moves()

    EndpointStanding.objects.update(probe_at=timezone.now())
    assert work_moves()


@pytest.mark.parametrize(("queue", "moves"), [("local", True), ("remote", False)])
def test_only_workers_of_its_own_queue_keep_work_waiting(
    trial: Trial, queue: str, moves: bool
) -> None:
    Candidate.objects.create(
        run=trial.run,
        key="busy",
        position=1,
        engine="fake",
        queue=queue,
        spec={},
        lease_until=timezone.now() + timedelta(minutes=5),
        lease_token="7c0e0a9e-5f0f-4a39-9f1e-0a4f3f6e5b11",
    )

    assert work_moves() is moves


def test_a_worker_that_makes_a_model_keeps_work_waiting(trial: Trial) -> None:
    Adaptation.objects.create(
        project=trial.run.project,
        setup=trial.run.setup,
        number=1,
        key="made",
        parent_key="p",
        parent={},
        technique=Adaptation.Technique.FINE_TUNE,
        recipe={},
        budget_s=60,
        lease_until=timezone.now() + timedelta(minutes=5),
    )

    assert work_moves()


def test_work_beyond_what_a_race_has_opened_is_not_due(trial: Trial) -> None:
    Candidate.objects.update(open_to=0)
    assert work_moves()

    Candidate.objects.update(open_to=1)
    assert not work_moves()
