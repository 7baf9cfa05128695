"""T37, T46 on PostgreSQL, and no U+0000 that makes it stumble at any address."""

import subprocess
import sys

import pytest

from tests.services import ROOT, clean_environment, migrate

PROGRAM = """
import django
django.setup()
from tests.services import wait_for_locks
wait_for_locks()
from tests.security.on_postgres import main
main({what!r})
"""
pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    "what", ["nul", "races", "launches", "drafts", "deletion", "names"]
)
def test_nothing_goes_wrong(what: str, postgres_url: str, tmp_path):
    environment = clean_environment(tmp_path / "var", DATABASE_URL=postgres_url)
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    migrate(environment)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(what=what)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "", done.stdout[:3000]
