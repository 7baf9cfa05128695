"""Everything at once, scaled down: sixty samples, nothing lost or double.

F01, F05 to F08, F11, F16 and F18 of the fault list; the full form is
`scripts/bench/chaos`.
"""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from tests.chaos.storm import Left, Storm, database_on
from tests.conftest import ServicesFactory
from tests.services import ROOT, Postgres, private_postgres

pytestmark = pytest.mark.services

SAMPLES = 60
PLAN = "cpgfszmr"


@pytest.fixture
def server() -> Iterator[Postgres]:
    with private_postgres() as running:
        yield running


def fetch(url: str) -> tuple[int, Message, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def nothing_is_missing(left: Left) -> None:
    assert (left.state, left.verified) == ("completed", "")
    assert (left.trials, left.answers, left.double) == (SAMPLES, SAMPLES, 0)
    assert left.calls >= SAMPLES


def test_a_run_comes_through_a_storm_whole(
    services: ServicesFactory, server: Postgres, tmp_path: Path
) -> None:
    url = database_on(server)
    variables = {"DATABASE_URL": url, "LEASE_SECONDS": "2", "REDIS_GONE_SECONDS": "5"}
    roles = ["web", "default", "dispatcher"]
    answers: list[tuple[int, Message, str]] = []
    with services(roles=roles, **variables) as running:
        site = str(running.record()["site_url"])
        storm = Storm(running, server, url, tmp_path, lasts=1.5)
        storm.outage = lambda: answers.extend(
            [fetch(f"{site}/sign-in/once/unknown/"), fetch(f"{site}/readyz")]
        )
        second = subprocess.Popen(
            [sys.executable, "manage.py", "dispatch"],
            cwd=ROOT,
            env={**running.environment, "REDIS_URL": storm.redis_url()},
        )
        try:
            left = storm.sail(SAMPLES, PLAN, delay=0.1, patience=150)
        finally:
            second.terminate()
            second.wait(60)
        log = running.log.read_text()
    nothing_is_missing(left)
    # While the database was away: a page that says so, and no traceback in the log.
    assert [status for status, _, _ in answers] == [503, 503]
    page, headers = answers[0][2], answers[0][1]
    assert "cannot do this right now" in page
    assert headers["Retry-After"]
    assert not [
        line
        for line in log.splitlines()
        if line.startswith("web") and "Traceback" in line
    ]


def test_a_run_on_sqlite_does_so_too(services: ServicesFactory, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    variables = {"DATABASE_URL": url, "LEASE_SECONDS": "2", "REDIS_GONE_SECONDS": "5"}
    with services(roles=["default", "dispatcher"], **variables) as running:
        storm = Storm(running, None, url, tmp_path, lasts=1.5)
        nothing_is_missing(
            storm.sail(SAMPLES, PLAN.replace("s", ""), delay=0.1, patience=150)
        )
