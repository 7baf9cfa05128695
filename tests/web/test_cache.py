"""With the cache frozen, sign-in answers 503 and everything else works."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from redis.exceptions import RedisError

from advisor.web.cache import cache_settings
from tests.services import private_redis

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def redis_process(settings: Settings) -> Iterator[psutil.Process]:
    """Use a Redis of the test's own as the cache; yield its process."""
    with private_redis() as url:
        settings.CACHES = {"default": cache_settings(url, seconds=0.2)}
        folder = Path(url.removeprefix("unix://")).parent
        (server,) = (
            child
            for child in psutil.Process().children()
            if child.name().startswith("redis-server") and str(folder) in child.cwd()
        )
        yield server


def freeze(server: psutil.Process) -> None:
    """Stop the server in its tracks: connections open, answers never come."""
    os.kill(server.pid, signal.SIGSTOP)


def test_a_frozen_cache_is_an_error_and_not_a_wait(
    redis_process: psutil.Process,
) -> None:
    cache.set("key", "value")
    assert cache.get("key") == "value"
    freeze(redis_process)

    with ThreadPoolExecutor(1) as pool, pytest.raises(RedisError):
        pool.submit(cache.get, "key").result(timeout=5)


def test_sign_in_is_shut_and_the_rest_is_open(redis_process: psutil.Process) -> None:
    user = get_user_model().objects.create_user(
        "ana@rightsize.example", "pw-1234567890"
    )
    signed_in = Client()
    signed_in.force_login(user)
    freeze(redis_process)
    entered = {"login": "ana@rightsize.example", "password": "pw-1234567890"}

    assert Client().post("/sign-in/", entered).status_code == 503
    assert Client().get("/healthz").status_code == 200
    assert signed_in.get("/help/").status_code == 200
    assert Client().get("/readyz").status_code == 503


def test_sign_in_opens_again_when_the_cache_is_back(
    redis_process: psutil.Process,
) -> None:
    get_user_model().objects.create_user("ana@rightsize.example", "pw-1234567890")
    freeze(redis_process)
    entered = {"login": "ana@rightsize.example", "password": "pw-1234567890"}
    assert Client().post("/sign-in/", entered).status_code == 503
    os.kill(redis_process.pid, signal.SIGCONT)

    assert Client().post("/sign-in/", entered).status_code == 302
