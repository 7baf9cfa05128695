"""T40: a team may demand two-step sign-in; who has it not is led to set it up."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from advisor.accounts import services
from advisor.accounts.models import ApiToken, AuditEvent, Role, Team, User
from advisor.catalog.models import ModelCard
from tests.people import Browser, member

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105


@pytest.fixture
def strict(team: Team, alice: User) -> Team:
    TOTP.activate(alice, SECRET)
    services.demand_two_step(by=member(team, alice), demanded=True)
    return team


def test_its_pages_open_to_who_has_it(strict: Team, alice: User, browser: Browser):
    assert browser(alice).get(f"/t/{strict.slug}/").status_code == 200


def test_the_others_are_led_to_set_it_up(strict: Team, bob: User, browser: Browser):
    client = browser(bob)
    answer = client.get(f"/t/{strict.slug}/", follow=True)
    assert answer.redirect_chain == [("/account/two-step/", 302)]
    assert "Team Atlas asks for two-step sign-in" in answer.content.decode()
    TOTP.activate(bob, SECRET)
    assert client.get(f"/t/{strict.slug}/").status_code == 200


def test_a_fragment_moves_the_whole_page(strict: Team, bob: User, browser: Browser):
    address = f"/t/{strict.slug}/settings/members/"
    answer = browser(bob).get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == address


def test_tokens_of_the_others_wait(strict: Team, bob: User, alice: User):
    told = {}
    for user in (alice, bob):
        _, secret = services.create_api_token(
            member=member(strict, user), name="ci", scope=ApiToken.Scope.READ, days=1
        )
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        told[user.name] = client.get("/api/v1/projects").status_code
    assert told == {"Alice": 200, "Bob": 403}


def test_the_catalog_shows_the_others_nothing_of_the_team(
    strict: Team, bob: User, browser: Browser
):
    ModelCard.objects.create(team=strict, slug="our-own", name="Our own model")
    client = browser(bob)
    address = "/catalog/models/our-own/"
    assert client.get(address).status_code == 404
    assert "Our own model" not in client.get("/catalog/models/").content.decode()
    TOTP.activate(bob, SECRET)
    assert client.get(address).status_code == 200
    assert "Our own model" in client.get("/catalog/models/").content.decode()


def test_a_stranger_learns_nothing_of_it(strict: Team, charlie: User, browser: Browser):
    assert browser(charlie).get(f"/t/{strict.slug}/").status_code == 404


def test_who_has_it_not_cannot_demand_it(team: Team, alice: User, browser: Browser):
    client = browser(alice)
    answer = client.post(f"/t/{team.slug}/settings/two-step/", {"demanded": "on"})
    assert answer.url == "/account/two-step/"
    team.refresh_from_db()
    assert not team.demands_two_step


def test_it_is_demanded_and_waived_on_the_members_page(
    team: Team, alice: User, browser: Browser
):
    TOTP.activate(alice, SECRET)
    client = browser(alice)
    for demanded in (True, False):
        page = client.get(f"/t/{team.slug}/settings/members/").content.decode()
        assert ("Demand two-step sign-in" in page) is demanded
        data = {"demanded": "on"} if demanded else {}
        client.post(f"/t/{team.slug}/settings/two-step/", data)
        team.refresh_from_db()
        assert team.demands_two_step is demanded
    said = AuditEvent.objects.filter(team=team, action="team.two_step").order_by("id")
    assert [event.detail["demanded"] for event in said] == [True, False]


def test_an_editor_cannot(team: Team, edith: User, browser: Browser):
    answer = browser(edith).post(f"/t/{team.slug}/settings/two-step/")
    assert answer.status_code == 403
    assert member(team, edith).role == Role.EDITOR
