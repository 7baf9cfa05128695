"""T35: a run acts for who launched it; without their rights it sends nothing more."""

import pytest
from django.db.models.functions import Now
from django.test import Client

from advisor.accounts import services
from advisor.accounts.models import Membership, Role, Team, User
from advisor.accounts.services import MembershipRefused
from advisor.runs.models import EndpointStanding, EndpointWait, Run, RunEvent
from advisor.runs.services.endpoint_health import let_go
from tests.people import Browser, member
from tests.security.world import decide
from tests.wizard.walk import Walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team, edith: User, browser: Browser) -> Run:
    """A run that Edith launched."""
    client: Client = browser(edith)
    walk = Walk(client, team)
    decide(walk)
    return walk.run


def leave(team: Team, user: User, owner: User) -> None:
    services.leave_or_remove(member=member(team, user), by=member(team, owner))


def test_what_runs_is_paused_with_the_reason(
    run: Run, team: Team, alice: User, edith: User
):
    Run.objects.update(state=Run.State.RUNNING)
    leave(team, edith, alice)
    run.refresh_from_db()
    assert run.state == Run.State.PAUSED
    assert run.pause_reason == "Edith, who launched it, left the team."
    told = RunEvent.objects.filter(run=run).latest("id").text
    assert "Edith, who launched it, left the team." in told


def test_what_has_not_begun_is_cancelled(
    run: Run, team: Team, alice: User, edith: User
):
    Run.objects.update(state=Run.State.QUEUED, finished_at=None)
    leave(team, edith, alice)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED


def test_what_waits_for_its_endpoint_does_not_go_on_by_itself(
    run: Run, team: Team, alice: User, edith: User
):
    Run.objects.update(state=Run.State.PAUSED, pause_reason="a: It is down.")
    down = EndpointStanding.objects.create(team=team, digest="d", host="h")
    one = run.candidates.first()
    EndpointWait.objects.create(
        candidate=one, standing=down, since=Now(), run_paused=True
    )
    leave(team, edith, alice)
    let_go(down)
    run.refresh_from_db()
    assert run.state == Run.State.PAUSED
    assert run.pause_reason == "Edith, who launched it, left the team."


def test_an_account_that_is_deleted_leaves_as_well(run: Run, team: Team, edith: User):
    Run.objects.update(state=Run.State.RUNNING)
    services.delete_account(user=edith, typed_email=edith.email)
    run.refresh_from_db()
    assert (run.state, run.created_by) == (Run.State.PAUSED, None)


def test_runs_of_others_go_on(run: Run, team: Team, alice: User, bob: User):
    Run.objects.update(state=Run.State.RUNNING)
    leave(team, bob, alice)
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING


def test_who_lost_the_right_meanwhile_changes_nobody(
    team: Team, alice: User, edith: User, bob: User
):
    Membership.objects.filter(user=edith).update(role=Role.ADMIN)
    late = member(team, edith)
    Membership.objects.filter(user=edith).update(role=Role.VIEWER)
    with pytest.raises(MembershipRefused):
        services.change_role(member=member(team, bob), role=Role.EDITOR, by=late)
    with pytest.raises(MembershipRefused):
        services.leave_or_remove(member=member(team, bob), by=late)
    leave(team, edith, alice)
    with pytest.raises(MembershipRefused, match="no longer in this team"):
        services.change_role(member=member(team, bob), role=Role.EDITOR, by=late)
    assert member(team, bob).role == Role.VIEWER
