"""A missing server program skips with the package's name, and fails under CI."""

import os

import psycopg
import pytest

from tests.services import as_other_user, new_database, require


def test_a_missing_program_skips_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install postgresql"):
        require(None, "postgresql")


def test_a_missing_program_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        require(None, "chromium")
    require("/usr/bin/chromium", "chromium")


@pytest.mark.services
def test_each_test_gets_an_empty_postgresql_of_its_own(postgres_url: str) -> None:
    other = new_database(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("create table mine (id int)")
    with psycopg.connect(other) as connection:
        tables = connection.execute(
            "select count(*) from information_schema.tables"
            " where table_schema = 'public'"
        ).fetchone()

    assert other != postgres_url
    assert tables == (0,)


def test_postgresql_never_runs_as_root() -> None:
    user = as_other_user().get("user", os.geteuid())

    assert user != 0
