"""A program at every door: each person's token, of each scope, as a client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from advisor.accounts.models import ApiToken, Membership, Team, User
from advisor.accounts.services import create_api_token
from advisor.runs import services
from tests import people
from tests.people import member

Api = Callable[..., Client]
alice, edith, bob = people.alice, people.edith, people.bob
charlie, team = people.charlie, people.team


def secret_of(user: User, team: Team, scope: str) -> str:
    _, secret = create_api_token(
        member=member(team, user), name="ci", scope=ApiToken.Scope(scope), days=1
    )
    return secret


@pytest.fixture
def api(team: Team) -> Api:
    """Make a client with a token of somebody in the team, or in the own team."""

    def client(user: User, scope: str = "manage") -> Client:
        own = Membership.objects.filter(user=user, team=team).first()
        where = team if own else Membership.objects.get(user=user).team
        header = f"Bearer {secret_of(user, where, scope)}"
        return Client(headers={"Authorization": header})

    return client


@pytest.fixture
def write(api: Api, edith: User) -> Client:
    """The client of an editor whose token may do everything."""
    return api(edith, "manage")


@pytest.fixture(autouse=True)
def short_times(settings: Any) -> None:
    settings.RETRY_SECONDS = 0.01
    settings.REAP_SECONDS = 0.01


@pytest.fixture(autouse=True)
def no_engine_stays_open() -> Iterator[None]:
    yield
    services.close_engines()
