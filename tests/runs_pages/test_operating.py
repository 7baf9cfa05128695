"""An operator sees which runs stand still and what to do; nobody else sees any."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.accounts.models import User
from advisor.runs import services
from advisor.runs.models import Attempt, Candidate, Run, Trial
from advisor.runs.services.claiming import claim_block
from tests.reports.reading import texts
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    script = {"id": "a", "options": {"default": "upper"}}
    run = services.launch(
        setup=make_setup(samples=40, candidates=[script]), started_by=None
    )
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    run.refresh_from_db()
    return run


@pytest.fixture
def page(client):
    def get() -> str:
        return client.get("/operate/under-way/").content.decode()

    client.force_login(User.objects.create_superuser("operator@example.com", "x"))
    return get


def test_members_are_sent_away(client):
    client.force_login(User.objects.create_user("member@example.com", "x"))
    assert client.get("/operate/under-way/").status_code == 403


def test_nobody_in_particular_is_asked_to_sign_in(client):
    assert client.get("/operate/under-way/").status_code == 302


def test_no_live_run_is_said(page):
    shown = page()
    assert "No run is live" in shown
    assert 'href="/operate/under-way/"' in shown


def test_a_new_run_waits(run, page):
    shown = page()
    assert "1 live run, none stands still." in shown
    assert "Waiting" in shown
    assert run.project.name in shown


def test_a_row_names_run_and_team_and_when_work_was_last_begun(run, page):
    (cells,) = texts(page(), "table")[1:]
    assert cells[:2] == [f"{run.project.name}, run 1", run.team.name]
    assert cells[-1] == "Not yet"
    first, second = run.candidates.get().trials.order_by("pk")[:2]
    Attempt.objects.create(trial=first, claim_no=1)
    Attempt.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    assert texts(page(), "table")[1][-1] == "2\xa0hours ago"
    Attempt.objects.create(trial=second, claim_no=1)
    assert texts(page(), "table")[1][-1] == "Just now"


def test_a_held_block_moves(run, page):
    claim_block(run.candidates.get())
    assert "Moving" in page()


def test_work_that_nobody_takes_is_stuck(run, page, settings):
    settings.STUCK_SECONDS = 0
    shown = page()
    assert "1 of 1 live run stands still." in shown
    assert "restart the workers of: default" in shown


def test_work_behind_a_busy_worker_waits_for_its_turn(run, page, settings):
    other = services.launch(setup=make_setup(candidates=[{"id": "b"}]), started_by=None)
    Run.objects.update(state=Run.State.RUNNING)
    claim_block(other.candidates.get())
    settings.STUCK_SECONDS = 0
    assert "2 live runs, none stands still." in page()


def test_a_run_that_waits_for_its_owner_has_nothing_due(run, page, settings):
    run.candidates.update(state=Candidate.State.PAUSED)
    settings.STUCK_SECONDS = 0
    (cells,) = texts(page(), "table")[1:]
    assert cells[3:] == ["Waiting", "0", "40", "0", "Not yet"]


def test_leases_that_nobody_takes_back_ask_for_a_dispatcher(run, page, settings):
    claim_block(run.candidates.get())
    settings.LEASE_SECONDS = 0
    Trial.objects.filter(state="leased").update(lease_until=timezone.now())
    shown = page()
    assert "Leases ran out" in shown
    assert "manage.py dispatch" in shown
