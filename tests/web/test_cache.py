"""With the cache frozen, sign-in answers 503 and everything else works."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Server:
    """A Redis that may be frozen. Calls give up soon only while it is.

    One that runs has the time that it takes on a busy machine.
    """

    process: psutil.Process
    url: str
    settings: Settings

    def freeze(self) -> None:
        """Stop it in its tracks: connections open, answers never come."""
        self._give_up_after(0.2)
        os.kill(self.process.pid, signal.SIGSTOP)

    def run(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)
        self._give_up_after(60)

    def _give_up_after(self, seconds: float) -> None:
        self.settings.CACHES = {"default": cache_settings(self.url, seconds=seconds)}


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """Use a Redis of the test's own as the cache."""
    with private_redis() as url:
        folder = Path(url.removeprefix("unix://")).parent
        (process,) = (
            child
            for child in psutil.Process().children()
            if child.name().startswith("redis-server") and str(folder) in child.cwd()
        )
        server = Server(process, url, settings)
        server.run()
        yield server


def test_a_frozen_cache_is_an_error_and_not_a_wait(server: Server) -> None:
    cache.set("key", "value")
    assert cache.get("key") == "value"
    server.freeze()

    with ThreadPoolExecutor(1) as pool, pytest.raises(RedisError):
        pool.submit(cache.get, "key").result(timeout=60)


def test_sign_in_is_shut_and_the_rest_is_open(server: Server) -> None:
    user = get_user_model().objects.create_user(
        "ana@rightsize.example", "pw-1234567890"
    )
    signed_in = Client()
    signed_in.force_login(user)
    server.freeze()
    entered = {"login": "ana@rightsize.example", "password": "pw-1234567890"}

    assert Client().post("/sign-in/", entered).status_code == 503
    assert Client().get("/healthz").status_code == 200
    assert signed_in.get("/help/").status_code == 200
    assert Client().get("/readyz").status_code == 503


def test_sign_in_opens_again_when_the_cache_is_back(server: Server) -> None:
    get_user_model().objects.create_user("ana@rightsize.example", "pw-1234567890")
    server.freeze()
    entered = {"login": "ana@rightsize.example", "password": "pw-1234567890"}
    assert Client().post("/sign-in/", entered).status_code == 503
    server.run()

    assert Client().post("/sign-in/", entered).status_code == 302
