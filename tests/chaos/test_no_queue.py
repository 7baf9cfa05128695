"""Without Redis a run still ends: the dispatcher does the work itself."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import ROOT, clean_environment, manage, wait_until

pytestmark = pytest.mark.services

LAUNCH = """
from advisor.runs import services
from tests.runs.factory import make_setup
setup = make_setup(samples=40, candidates=[{"id": "a", "options": {"default": "upper"}}])
print(services.launch(setup=setup, started_by=None).pk)
"""


@pytest.mark.parametrize("redis_url", ["", "unix:///nowhere/redis.sock"])
def test_a_run_ends_without_a_queue(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    environment = clean_environment(
        tmp_path / "var",
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        REDIS_GONE_SECONDS="0.5",
    )
    assert manage("migrate", "-v", "0", environment=environment).returncode == 0
    words = ("shell", "--no-imports", "-c", LAUNCH)
    launched = manage(*words, environment=environment)
    assert launched.returncode == 0, launched.stderr
    dispatcher = subprocess.Popen(
        [sys.executable, "manage.py", "dispatch"], cwd=ROOT, env=environment
    )
    try:
        verify = ("verify_run", launched.stdout.strip())

        def ended() -> bool:
            return "completed" in manage(*verify, environment=environment).stdout

        assert wait_until(ended, seconds=60)
        dispatcher.send_signal(signal.SIGTERM)
        assert dispatcher.wait(20) == 0
    finally:
        dispatcher.kill()
        dispatcher.wait()
    assert manage(*verify, environment=environment).returncode == 0
