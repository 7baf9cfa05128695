"""Alice owns a team, Edith edits in it, Bob views it, Charlie is in another one.

Fixtures for the rooms whose doors are tried; a conftest takes those that it needs:
`alice, team = people.alice, people.team`.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from advisor.accounts import services
from advisor.accounts.models import Membership, Role, Team, User

PASSWORD = "a long walk on a cold beach"
Browser = Callable[[User | None], Client]


def person(name: str) -> User:
    return User.objects.create_user(
        f"{name.lower()}@example.com", PASSWORD, name=name.capitalize()
    )


def member(team: Team, user: User) -> Membership:
    return Membership.objects.select_related("team", "user").get(team=team, user=user)


@pytest.fixture
def alice(db: None) -> User:
    return person("alice")


@pytest.fixture
def team(alice: User) -> Team:
    return services.create_team(name="Team Atlas", owner=alice)


@pytest.fixture
def edith(team: Team) -> User:
    user = person("edith")
    Membership.objects.create(team=team, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def bob(team: Team) -> User:
    user = person("bob")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    user = person("charlie")
    services.create_team(name="Elsewhere", owner=user)
    return user


@pytest.fixture
def browser() -> Browser:
    """Open a browser in which somebody, or nobody, is signed in."""

    def opened(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(
                user, backend="django.contrib.auth.backends.ModelBackend"
            )
        return client

    return opened
