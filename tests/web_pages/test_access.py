"""Who gets through which door of team settings?"""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from advisor.accounts import services
from advisor.accounts.models import ApiToken, Invitation, Membership, Role, Team, User

from .conftest import Browser, membership

READS = {
    "accounts:members": {"alice": 200, "bob": 200, "charlie": 404, None: 302},
    "accounts:tokens": {"alice": 200, "bob": 200, "charlie": 404, None: 302},
    "accounts:audit": {"alice": 200, "bob": 403, "charlie": 404, None: 302},
}


@pytest.fixture
def people(alice: User, bob: User, charlie: User) -> dict[str | None, User | None]:
    return {"alice": alice, "bob": bob, "charlie": charlie, None: None}


@pytest.mark.parametrize("name", READS)
def test_each_reads_what_the_role_allows(name, people, team, browser):
    answers = {
        who: browser(user).get(reverse(name, args=[team.slug])).status_code
        for who, user in people.items()
    }
    assert answers == READS[name]


def test_a_stranger_reads_the_same_as_for_a_team_that_does_not_exist(
    charlie: User, team: Team, browser: Browser
):
    here = browser(charlie).get(f"/t/{team.slug}/settings/members/")
    nowhere = browser(charlie).get("/t/no-such-team/settings/members/")
    assert here.status_code == nowhere.status_code == 404
    assert b"you are not in its team" in here.content
    assert team.name.encode() not in here.content


def test_who_is_not_signed_in_comes_back_to_the_page_after_signing_in(
    team: Team, browser: Browser
):
    answer = browser(None).get(f"/t/{team.slug}/settings/members/")
    assert answer.url == f"/sign-in/?next=/t/{team.slug}/settings/members/"


def test_a_fragment_of_somebody_not_signed_in_moves_the_whole_page(
    team: Team, browser: Browser
):
    answer = browser(None).get(
        f"/t/{team.slug}/settings/members/", headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in/"


@pytest.mark.parametrize("path", ["/t/team-atlas/", "/catalog/models/?q=qwen"])
def test_whoever_is_signed_out_meanwhile_comes_back_to_the_page_that_is_open(
    path: str, team: Team, browser: Browser
):
    told = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}#facts"}
    answer = browser(None).get(path, headers=told)
    assert answer.status_code == 204
    leads = answer.headers["HX-Redirect"]
    assert leads == "/sign-in/?" + urlencode({"next": path}, safe="/")


def test_a_form_of_somebody_signed_out_leads_back_to_its_page(
    team: Team, browser: Browser
):
    base = f"/t/{team.slug}/settings/"
    pages = {
        f"http://testserver{base}members/?x=1": f"?next={base}members/%3Fx%3D1",
        "http://elsewhere.example/members/": "",
        "http://[": "",
        "": "",
    }
    for page, way_back in pages.items():
        answer = browser(None).post(f"{base}two-step/", headers={"Referer": page})
        assert (answer.status_code, answer.url) == (302, f"/sign-in/{way_back}")


def writes(team: Team, alice: User) -> dict[str, dict[str, str]]:
    """Every address that writes, with what it is sent."""
    owner = membership(team, alice)
    invitation, _ = services.invite(
        email="dora@example.com", role=Role.VIEWER, by=owner
    )
    slug = team.slug
    base = f"/t/{slug}/settings/"
    return {
        f"{base}invitations/": {"emails": "eve@example.com", "role": "viewer"},
        f"{base}invitations/{invitation.pk}/withdraw/": {},
        f"{base}members/{owner.pk}/role/": {"role": "viewer"},
        f"{base}members/{owner.pk}/remove/": {},
    }


@pytest.mark.parametrize(("who", "expected"), [("bob", 403), ("charlie", 404)])
def test_who_may_not_write_changes_nothing(
    who, expected, team, alice, bob, charlie, browser, request
):
    client: Client = browser(request.getfixturevalue(who))
    before = (
        Membership.objects.count(),
        Invitation.objects.filter(revoked_at=None).count() + 1,
    )
    for address, data in writes(team, alice).items():
        answer = client.post(address, data)
        # A viewer's own departure is theirs to decide; an owner's is not.
        if address.endswith("remove/") and who == "bob":
            assert answer.status_code == 302
        else:
            assert answer.status_code == expected, address
    after = (
        Membership.objects.count(),
        Invitation.objects.filter(revoked_at=None).count(),
    )
    assert after == before
    assert membership(team, alice).role == Role.OWNER


def test_a_refusal_says_whom_to_ask(team: Team, bob: User, browser: Browser):
    answer = browser(bob).post(
        f"/t/{team.slug}/settings/invitations/",
        {"emails": "x@example.com", "role": "viewer"},
    )
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "Viewers cannot invite people. Ask an admin of Team Atlas." in text


def test_a_get_changes_nothing(team: Team, alice: User, browser: Browser):
    client = browser(alice)
    for address in writes(team, alice):
        shows = address.endswith("/invitations/")
        assert client.get(address).status_code == (302 if shows else 405)
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_somebody_removed_is_out_at_the_next_request(
    team: Team, alice: User, bob: User, browser: Browser
):
    client = browser(bob)
    assert client.get(f"/t/{team.slug}/settings/members/").status_code == 200
    services.leave_or_remove(member=membership(team, bob), by=membership(team, alice))
    assert client.get(f"/t/{team.slug}/settings/members/").status_code == 404


def test_an_object_of_another_team_is_not_found_under_ones_own(
    team: Team, alice: User, charlie: User, browser: Browser
):
    elsewhere = Team.objects.get(name="Elsewhere")
    theirs, _ = services.create_api_token(
        member=membership(team, alice),
        name="build",
        scope=ApiToken.Scope.READ,
        days=30,
    )
    client = browser(charlie)
    base = f"/t/{elsewhere.slug}/settings/"
    assert client.post(f"{base}tokens/{theirs.pk}/revoke/").status_code == 404
    row = membership(team, alice)
    assert client.post(f"{base}members/{row.pk}/remove/").status_code == 404
    answer = client.post(f"{base}members/{row.pk}/role/", {"role": "viewer"})
    assert answer.status_code == 404
