"""Headers that every page carries, and what a signed-in person's pages carry more."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from redis.exceptions import ConnectionError as RedisConnectionError

from advisor.web.middleware import CacheDownMiddleware


def test_every_answer_carries_a_policy_that_runs_only_our_scripts() -> None:
    policy = dict(
        part.split(" ", 1)
        for part in Client()
        .get("/operate/login/", follow=True)["Content-Security-Policy"]
        .split("; ")
    )

    assert policy["default-src"] == "'none'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"].startswith("'self'")
    assert "unsafe" not in policy["script-src"]
    assert policy["connect-src"] == policy["form-action"] == "'self'"


def test_every_answer_carries_a_request_id_and_safe_defaults() -> None:
    response = Client().get("/healthz")

    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-12345", True), ("short", False), ("x\r\nSet-Cookie: a", False)],
)
def test_a_proxys_request_id_is_kept_when_it_is_well_formed(
    given: str, kept: bool
) -> None:
    response = Client().get("/healthz", headers={"X-Request-ID": given})

    assert (response["X-Request-ID"] == given) is kept


@pytest.mark.django_db
def test_what_a_signed_in_person_sees_stays_out_of_caches() -> None:
    user = get_user_model().objects.create_superuser("op@rightsize.example", "secret")
    client = Client()

    client.force_login(user)
    response = client.get("/operate/")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_an_unreachable_redis_is_a_503_that_says_to_try_again() -> None:
    middleware = CacheDownMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    request = RequestFactory().get("/sign-in/")
    response = middleware.process_exception(request, RedisConnectionError("refused"))

    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "2"
    assert b'http-equiv="refresh" content="2"' in response.content
    assert middleware.process_exception(request, ValueError("other")) is None


def test_what_was_written_is_not_sent_again_by_itself() -> None:
    middleware = CacheDownMiddleware(lambda request: None)  # type: ignore[arg-type, return-value]
    request = RequestFactory().post("/sign-in/")
    response = middleware.process_exception(request, RedisConnectionError("refused"))

    assert response is not None
    assert response["Retry-After"] == "2"
    assert b"http-equiv" not in response.content
