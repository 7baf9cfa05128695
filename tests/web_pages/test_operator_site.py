"""The operator's site has the same door as everybody, and cannot rewrite the record."""

import pytest

from advisor.accounts import services
from advisor.accounts.models import AuditEvent, Team, User

from .conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.com", "a quiet room at noon")


def test_its_door_is_the_sign_in_page(browser: Browser):
    answer = browser(None).get("/operate/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/sign-in/")


def test_a_member_is_no_operator(alice: User, browser: Browser):
    assert browser(alice).get("/operate/", follow=True).status_code == 403


def test_an_operator_reads_the_record_and_cannot_change_it(
    operator: User, team: Team, browser: Browser
):
    event = services.record(team=team, actor=operator, action="team.looked_at")
    client = browser(operator)
    assert client.get("/operate/accounts/auditevent/").status_code == 200
    page = client.get(f"/operate/accounts/auditevent/{event.pk}/change/")
    assert "Save" not in page.content.decode()
    address = f"/operate/accounts/auditevent/{event.pk}/delete/"
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert AuditEvent.objects.filter(pk=event.pk).exists()


@pytest.mark.parametrize("model", ["user", "team"])
def test_an_operator_finds_people_and_teams(
    model: str, operator: User, team: Team, browser: Browser
):
    assert browser(operator).get(f"/operate/accounts/{model}/").status_code == 200
