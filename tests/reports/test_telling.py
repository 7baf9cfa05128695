"""Mail tells the team's owners of a decision, and of the day by which one is due."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from advisor.accounts.models import Membership, Team, User
from advisor.projects import services as projects
from advisor.projects.models import Project
from advisor.reports.services import telling
from advisor.reports.tasks import number_records
from advisor.runs.models import Run
from tests.people import member
from tests.reports.signing import sign
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db
TODAY = date(2031, 3, 10)


def test_owners_hear_of_a_decision_and_who_signed_does_not(
    team: Team, alice: User, edith: User, bob: User, django_capture_on_commit_callbacks
):
    run = finished(team)
    with django_capture_on_commit_callbacks(execute=True):
        record = sign(run, edith)
    assert [one.to for one in mail.outbox] == [[alice.email]]
    told = mail.outbox[0]
    assert told.subject == f"[Rightsize] Accepted: good for {run.project.name}"
    assert f"Edith accepted good for {run.project.name}, as {record.name}." in told.body
    assert "Cheap & good enough." in told.body
    assert f"/runs/{run.number}/report/" in told.body


def due(team: Team, name: str, day: date | None, by: User) -> Project:
    project = projects.create_project(team=team, name=name, created_by=by)
    draft = projects.open_draft(project=project, opened_by=by)
    document = {"decide_by": None if day is None else day.isoformat()}
    projects.save_draft(setup=draft, document=document, step=2)
    return project


def test_a_week_before_its_day_the_owner_is_reminded_once(
    team: Team, alice: User, edith: User, django_capture_on_commit_callbacks
):
    due(team, "Soon", TODAY + timedelta(days=7), edith)
    due(team, "Later", TODAY + timedelta(days=8), edith)
    due(team, "Past", TODAY - timedelta(days=1), edith)
    due(team, "Never", None, edith)
    gone = due(team, "Archived", TODAY, edith)
    projects.archive(project=gone, by=member(team, edith))
    with django_capture_on_commit_callbacks(execute=True):
        assert telling.remind(TODAY) == 1
    assert [one.to for one in mail.outbox] == [[alice.email], [edith.email]]
    assert mail.outbox[0].subject == "[Rightsize] Soon is to be decided by 17 March"
    assert "by 17 March 2031. No decision is signed yet." in mail.outbox[0].body
    assert telling.remind(TODAY + timedelta(days=1)) == 1  # Later
    assert telling.remind(TODAY + timedelta(days=1)) == 0


def test_another_day_is_reminded_of_anew_and_who_left_is_not(
    team: Team, alice: User, edith: User, django_capture_on_commit_callbacks
):
    project = due(team, "Soon", TODAY, edith)
    assert telling.remind(TODAY) == 1
    draft = projects.open_draft(project=project, opened_by=edith)
    document = {"decide_by": (TODAY + timedelta(days=3)).isoformat()}
    projects.save_draft(setup=draft, document=document, step=2)
    Membership.objects.filter(user=edith).delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert telling.remind(TODAY) == 1
    assert [one.to for one in mail.outbox] == [[alice.email]]


def test_what_is_decided_is_not_reminded_of(team: Team, alice: User, edith: User):
    today = timezone.localdate()
    run = finished(team, name="Soon", decide_by=today.isoformat())
    sign(run, edith)
    assert telling.remind(today) == 0


def test_who_launched_a_run_hears_of_its_end_once(
    team: Team, alice: User, edith: User, django_capture_on_commit_callbacks
):
    run = finished(team)
    Run.objects.filter(pk=run.pk).update(created_by=edith)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            number_records(True)
    assert [one.to for one in mail.outbox] == [[edith.email]]
    told = mail.outbox[0]
    assert told.subject == f"[Rightsize] Run 1 of {run.project.name} is done: use good"
    assert run.recommendation.sentence in told.body
    assert f"/runs/{run.number}/compare/" in told.body
