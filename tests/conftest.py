"""Fixtures for everybody: real services on demand, none by default.

Plain tests need nothing but Python: SQLite in memory and a cache in the process.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from advisor.web.kept import Kept
from tests import services as real

ServicesFactory = Callable[..., AbstractContextManager[real.Services]]


REAL = {"browser", "services", "models", "database_url", "postgres_url"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let files that start real things come first, so that none of them ends alone."""
    slow = {item.path for item in items if REAL & set(item.keywords)}
    slow |= {item.path for item in items if REAL & set(_fixtures_of(item))}
    items.sort(key=lambda item: item.path not in slow)


def _fixtures_of(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    """Let no test be refused for how often others asked, however fast they follow."""
    cache.clear()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_kept_of_another_file() -> None:
    """Forget what pages were made of: rows of each file's tests bear the same numbers.

    Which files one process runs depends on how fast the others are.
    """
    known = list(sys.modules.items())
    rooms = [list(vars(room).values()) for name, room in known if "advisor." in name]
    for kept in [one for room in rooms for one in room if isinstance(one, Kept)]:
        for key in list(kept._values):
            kept.drop(key)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the test database forget what it audited.

    Django empties all tables between tests that commit; the audit log refuses that.
    """
    on = " ON accounts_auditevent" if connection.vendor == "postgresql" else ""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_is_not_emptied{on}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run one private PostgreSQL for the session; yield its URL."""
    with real.private_postgres() as server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Make an empty PostgreSQL database of the test's own; return its DATABASE_URL."""
    return real.new_database(postgres_server)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Run one private Redis for the session; yield its REDIS_URL."""
    with real.private_redis() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an empty database, on SQLite and then on PostgreSQL."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def services(tmp_path: Path) -> ServicesFactory:
    """Start real services: `with services(roles=[...], DATABASE_URL=...) as running`.

    `running.manage("command")`, `running.pid("local")` and `running.record()` reach
    them; the database is migrated first.
    """

    def start(**options: object) -> AbstractContextManager[real.Services]:
        return real.running_services(tmp_path / "var", **options)  # type: ignore[arg-type]

    return start
