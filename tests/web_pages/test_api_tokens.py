"""A token is shown once, stored as a hash, and ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import ApiToken, Team, User

from .conftest import Browser, membership


@pytest.fixture
def made(team: Team, alice: User) -> tuple[ApiToken, str]:
    return services.create_api_token(
        member=membership(team, alice), name="build", scope=ApiToken.Scope.RUN, days=30
    )


def test_it_is_shown_once(team: Team, alice: User, browser: Browser):
    client = browser(alice)
    address = f"/t/{team.slug}/settings/tokens/"
    page = client.post(
        address, {"name": "nightly", "scope": "read", "days": "30"}
    ).content.decode()
    row = ApiToken.objects.get()
    secret = page.partition("<code>")[2].partition("</code>")[0]
    assert services.digest(secret) == row.token_sha256
    again = client.get(address).content.decode()
    assert secret not in again
    assert row.prefix in again


def test_it_opens_its_team_for_its_user(made, team: Team, alice: User):
    row, secret = made
    found = services.user_of_api_token(secret, timezone.now())
    assert (found.pk, found.team, found.user) == (row.pk, team, alice)
    assert ApiToken.objects.get().last_used_at is not None


def test_it_ends_when_revoked_expired_or_its_user_is_closed(made, alice: User):
    row, secret = made
    now = timezone.now()
    assert services.user_of_api_token(secret, now + timedelta(days=31)) is None
    assert services.user_of_api_token(secret + "x", now) is None
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert services.user_of_api_token(secret, now) is None


def test_it_is_dead_at_once_when_revoked(made, team, alice, browser):
    row, secret = made
    browser(alice).post(f"/t/{team.slug}/settings/tokens/{row.pk}/revoke/")
    assert services.user_of_api_token(secret, timezone.now()) is None


@pytest.mark.parametrize("days", [0, 366])
def test_it_does_not_live_longer_than_a_year(team: Team, alice: User, days: int):
    with pytest.raises(ValueError, match="1 to 365 days"):
        services.create_api_token(
            member=membership(team, alice),
            name="x",
            scope=ApiToken.Scope.READ,
            days=days,
        )
