"""Records are numbered without gaps and signed once, however many try at once."""

import subprocess
import sys

import pytest

from tests.services import ROOT, clean_environment, migrate

PROGRAM = """
import django
django.setup()
from tests.services import wait_for_locks
wait_for_locks()
from tests.reports.on_postgres import main
main()
"""
pytestmark = pytest.mark.services


def test_twenty_at_once_on_postgresql(postgres_url: str, tmp_path):
    environment = clean_environment(tmp_path / "var", DATABASE_URL=postgres_url)
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    migrate(environment)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "", done.stdout[:3000]
