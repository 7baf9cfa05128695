"""Pages about oneself and the team ask the database no more for more rows."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from advisor.accounts.models import ApiToken, Team, User
from tests.people import Browser

pytestmark = pytest.mark.django_db
MANY = 20


def open_sessions(user: User, count: int) -> None:
    for _ in range(count):
        session = Client().session
        session.create()
        UserSession.objects.create(
            user=user, ip="192.0.2.1", session_key=session.session_key, user_agent="x"
        )


def add_tokens(team: Team, user: User, start: int) -> None:
    ends = timezone.now() + timedelta(days=9)
    ApiToken.objects.bulk_create(
        ApiToken(
            team=team, user=user, name=f"t{n}", token_sha256=f"{n:064}", expires_at=ends
        )
        for n in range(start, start + MANY)
    )


def test_sessions_take_as_many_queries_for_any_number(
    alice: User, browser: Browser, django_assert_num_queries
):
    client = browser(alice)
    for _ in range(2):
        open_sessions(alice, MANY)
        client.get("/account/sessions/")
        with django_assert_num_queries(4):
            assert client.get("/account/sessions/").status_code == 200


def test_tokens_take_as_many_queries_for_any_number(
    team: Team, alice: User, browser: Browser, django_assert_num_queries
):
    client, url = browser(alice), f"/t/{team.slug}/settings/tokens/"
    for start in (0, MANY):
        add_tokens(team, alice, start)
        client.get(url)
        with django_assert_num_queries(5):
            assert client.get(url).status_code == 200


@pytest.mark.parametrize("rest", ["account/delete/", "t/team-atlas/settings/delete/"])
def test_asking_to_delete_takes_few_queries(
    rest: str, team: Team, alice: User, browser: Browser, django_assert_num_queries
):
    client = browser(alice)
    client.get(f"/{rest}")
    with django_assert_num_queries(3):
        assert client.get(f"/{rest}").status_code == 200
