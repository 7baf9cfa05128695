"""T44: a token asks so often and no more, and a cache that is down shuts nothing."""

import pytest
from django.test import Client

from advisor.accounts.models import ApiToken, Team, User
from advisor.accounts.services import create_api_token
from tests.people import member

pytestmark = pytest.mark.django_db


def program(team: Team, user: User) -> Client:
    _, secret = create_api_token(
        member=member(team, user), name="ci", scope=ApiToken.Scope.READ, days=1
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_each_token_has_a_rate_of_its_own(team: Team, alice: User, bob: User, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    one, other = program(team, alice), program(team, bob)
    told = [one.get("/api/v1/projects").status_code for _ in range(3)]
    assert told == [200, 200, 200]
    # The minute may turn in between; the count of a full one may not be passed twice.
    refused = [one.get("/api/v1/projects") for _ in range(7)]
    late = next(answer for answer in refused if answer.status_code == 429)
    assert late.headers["Retry-After"] == "60"
    assert late.headers["Content-Type"] == "application/problem+json"
    assert other.get("/api/v1/projects").status_code == 200


def test_without_a_cache_nothing_is_counted(
    team: Team, alice: User, settings, tmp_path
):
    client = program(team, alice)
    settings.API_REQUESTS_PER_MINUTE = 1
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{tmp_path}/no-redis.sock",
        }
    }
    told = {client.get("/api/v1/projects").status_code for _ in range(3)}
    assert told == {200}
