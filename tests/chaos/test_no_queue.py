"""Without Redis a run still ends: the dispatcher does the work itself (F09)."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.reading import column
from tests.chaos.test_kills import STATE
from tests.services import ROOT, clean_environment, manage, migrate, wait_until

pytestmark = pytest.mark.services

LAUNCH = """
from advisor.runs import services
from tests.runs.factory import make_setup
script = {"id": "a", "options": {"default": "upper"}}
setup = make_setup(samples=40, candidates=[script])
print(services.launch(setup=setup, started_by=None).pk)
"""


@pytest.fixture
def redis_url(database_url: str) -> str:
    """No queue was ever set up, or the one that was is gone."""
    return "" if database_url.startswith("sqlite") else "unix:///nowhere/redis.sock"


def test_a_run_ends_without_a_queue(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    environment = clean_environment(
        tmp_path / "var",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        REDIS_GONE_SECONDS="0.5",
    )
    migrate(environment)
    words = ("shell", "--no-imports", "-c", LAUNCH)
    launched = manage(*words, environment=environment)
    assert launched.returncode == 0, launched.stderr
    dispatcher = subprocess.Popen(
        [sys.executable, "manage.py", "dispatch"], cwd=ROOT, env=environment
    )
    try:
        assert wait_until(
            lambda: column(database_url, STATE) == ["completed"], seconds=60
        )
        dispatcher.send_signal(signal.SIGTERM)
        assert dispatcher.wait(60) == 0
    finally:
        dispatcher.kill()
        dispatcher.wait()
    assert manage("verify_run", environment=environment).returncode == 0
