"""Several processes may write at once, on SQLite and on PostgreSQL alike."""

import subprocess
import sys
from pathlib import Path

import pytest

from advisor.web.database import database_settings
from tests.services import ROOT, clean_environment, manage, migrate

pytestmark = pytest.mark.services

# Read, then write: what a deferred SQLite transaction loses or refuses.
COUNT = """
import sys, django
django.setup()
from django.db import transaction
from advisor.accounts.models import Team
from tests.services import wait_for_locks
wait_for_locks()
Team.objects.get_or_create(slug="count", defaults={"name": "0"})
for _ in range(int(sys.argv[1])):
    with transaction.atomic():
        team = Team.objects.select_for_update().get(slug="count")
        team.name = str(int(team.name) + 1)
        team.save(update_fields=["name"])
print(Team.objects.get().name)
"""


def test_no_write_of_four_processes_is_lost(database_url: str, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, DATABASE_URL=database_url)
    migrate(environment)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, "50"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    printed = [writer.communicate(timeout=300) for writer in writers]

    assert [errors for _, errors in printed] == [""] * 4
    assert max(int(output) for output, _ in printed) == 200


def test_postgresql_ends_a_statement_that_takes_too_long(
    postgres_url: str, tmp_path: Path
) -> None:
    script = (
        "from django.db import connection; c = connection.cursor();"
        "c.execute('show statement_timeout'); print(c.fetchone()[0]);"
        "c.execute('show lock_timeout'); print(c.fetchone()[0])"
    )
    environment = clean_environment(tmp_path, DATABASE_URL=postgres_url)
    done = manage("shell", "-v0", "-c", script, environment=environment)

    assert done.stdout.split() == ["10s", "3s"]


def test_sqlite_begins_with_the_write_lock_and_a_log_of_its_own() -> None:
    options = database_settings({"ENGINE": "django.db.backends.sqlite3"})["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]
