"""What is deleted is gone: every row, every text. What was done stays on record."""

import pytest
from django.apps import apps
from django.core import serializers
from django.test import Client

from advisor.accounts import services
from advisor.accounts.models import ApiToken, AuditEvent, Membership, Role, Team, User
from advisor.catalog.models import Endpoint
from advisor.runs.models import Run
from tests.people import Browser, member
from tests.security.world import decide
from tests.wizard.walk import Walk

pytestmark = pytest.mark.django_db
ROOMS = ("catalog", "projects", "runs", "adaptations", "reports")


@pytest.fixture
def walk(team: Team, alice: User) -> Walk:
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return Walk(client, team)


def rows() -> dict[str, int]:
    """Count what there is in the rooms above accounts, model by model."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).models]
    found = {
        name: apps.get_model(room, name)._default_manager.count()
        for room in ROOMS
        for name in apps.get_app_config(room).models
    }
    assert len(found) <= len(models)
    return {name: count for name, count in found.items() if count}


def everything() -> str:
    """Write out every row of every table but the audit log."""
    kept = [m for m in apps.get_models() if m is not AuditEvent]
    found = [row for model in kept for row in model._default_manager.all()]
    return serializers.serialize("json", found)


def test_nothing_of_a_team_is_left(walk: Walk, team: Team, alice: User, bob: User):
    decide(walk)
    Endpoint.objects.create(
        team=team,
        slug="own",
        name="Own server",
        base_url="https://x.example",
        model="m",
    )
    shared = rows()
    assert shared["trial"] == 60
    assert "Name the desk." in everything()
    answer = walk.client.post(
        f"/t/{team.slug}/settings/delete/", {"name": "  Team   Atlas "}, follow=True
    )
    assert "Team Atlas is deleted." in answer.content.decode()
    assert rows() == {}
    left = everything()
    for text in ("Team Atlas", "Name the desk.", "Ticket", "Own server", "maple-4b"):
        assert text not in left
    assert {alice, bob} == set(User.objects.all())


def test_the_record_outlives_its_team(team: Team, alice: User):
    before = AuditEvent.objects.filter(team=team).count()
    services.delete_team(by=member(team, alice), typed_name="Team Atlas")
    assert AuditEvent.objects.filter(team=None).count() == before + 1
    last = AuditEvent.objects.latest("id")
    assert (last.action, last.target, last.actor) == (
        "team.deleted",
        "Team Atlas",
        alice,
    )


@pytest.mark.parametrize("name", ["", "team atlas", "Elsewhere"])
def test_another_name_deletes_nothing(name: str, team: Team, walk: Walk):
    answer = walk.client.post(f"/t/{team.slug}/settings/delete/", {"name": name})
    assert answer.status_code == 422
    assert Team.objects.filter(pk=team.pk).exists()


def test_a_live_run_keeps_its_team(walk: Walk, team: Team, alice: User):
    decide(walk)
    Run.objects.update(state=Run.State.RUNNING)
    answer = walk.client.post(
        f"/t/{team.slug}/settings/delete/", {"name": "Team Atlas"}
    )
    assert answer.status_code == 422
    assert "Run 1 of Ticket routing is live." in answer.content.decode()
    assert rows()["trial"] == 60


def test_an_admin_cannot(team: Team, bob: User, browser: Browser):
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    address = f"/t/{team.slug}/settings/delete/"
    assert browser(bob).post(address, {"name": "Team Atlas"}).status_code == 403
    with pytest.raises(services.DeletionRefused, match="Only an owner"):
        services.delete_team(by=member(team, bob), typed_name="Team Atlas")


def test_an_account_goes_with_its_tokens_and_what_it_made_stays(
    team: Team, edith: User, browser: Browser
):
    walk = Walk(browser(edith), team)
    walk.begin()
    services.create_api_token(
        member=member(team, edith), name="ci", scope=ApiToken.Scope.READ, days=1
    )
    answer = walk.client.post("/account/delete/", {"email": "Edith@example.com"})
    assert answer.status_code == 302
    assert not User.objects.filter(email="edith@example.com").exists()
    assert not ApiToken.objects.exists()
    assert walk.project.created_by is None
    said = AuditEvent.objects.get(team=team, action="member.account_deleted")
    assert (said.actor, said.actor_name) == (None, "Edith")
    assert walk.client.get("/account/").status_code == 302


def test_the_only_owner_cannot_leave_a_team_without_one(
    team: Team, alice: User, bob: User, browser: Browser
):
    client = browser(alice)
    answer = client.post("/account/delete/", {"email": alice.email})
    assert answer.status_code == 422
    assert "You are the only owner of Team Atlas." in answer.content.decode()
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    assert client.post("/account/delete/", {"email": alice.email}).status_code == 302


def test_another_address_deletes_no_account(bob: User, browser: Browser):
    answer = browser(bob).post("/account/delete/", {"email": "alice@example.com"})
    assert answer.status_code == 422
    assert User.objects.filter(pk=bob.pk).exists()
