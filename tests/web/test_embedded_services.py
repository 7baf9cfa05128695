"""A command finds the services that run, or starts its own and takes them along."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import ServicesFactory
from tests.services import ROOT, clean_environment, wait_until

pytestmark = pytest.mark.services

SCRIPT = """
import json, sys, time, django
django.setup()
from advisor.web.embedded_services import ServicesError, embedded_services
roles = [role for role in sys.argv[1].split(",") if role]
try:
    with embedded_services(roles=roles) as running:
        pids = {**running.services, "supervisor": running.pid}
        print(json.dumps(pids), flush=True)
        time.sleep(float(sys.argv[2]))
except ServicesError as error:
    print(error)
    sys.exit(1)
"""


def command(environment: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    """Start a command that needs services."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(pids: dict[str, int]) -> bool:
    """Tell whether all these processes have ended."""
    return not any(psutil.pid_exists(pid) for pid in pids.values())


def test_it_starts_services_for_the_block_and_stops_them_after(tmp_path: Path) -> None:
    with command(clean_environment(tmp_path), "local", "0") as process:
        output, _ = process.communicate(timeout=180)
    pids = json.loads(output)

    assert process.returncode == 0
    assert set(pids) == {"redis", "local", "supervisor"}
    assert ended(pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_service_outlives_a_command_that_is_stopped(
    tmp_path: Path, number: signal.Signals
) -> None:
    with command(clean_environment(tmp_path), "", "600") as process:
        assert process.stdout is not None
        pids = json.loads(process.stdout.readline())
        os.kill(process.pid, number)
        process.wait(60)

        assert wait_until(lambda: ended(pids))


def test_it_uses_what_runs_already_and_leaves_it_running(
    services: ServicesFactory,
) -> None:
    with services(roles=[], migrated=False) as running:
        before = running.record()["services"]
        with command(running.environment, "", "0") as process:
            output, _ = process.communicate(timeout=180)

        assert json.loads(output) == {**before, "supervisor": running.process.pid}
        assert running.process.poll() is None


def test_it_refuses_services_that_look_into_another_database(
    services: ServicesFactory, tmp_path: Path
) -> None:
    with services(roles=[], migrated=False) as running:
        other = {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite3'}"}
        with command({**running.environment, **other}, "", "0") as process:
            output, _ = process.communicate(timeout=180)

    assert process.returncode == 1
    assert "another database" in output


def test_services_that_cannot_start_show_the_end_of_their_log(tmp_path: Path) -> None:
    with command(clean_environment(tmp_path), "nobody", "0") as process:
        output, _ = process.communicate(timeout=180)

    assert process.returncode == 1
    assert output.startswith("The services did not start. The end of their log:")
    assert "nobody: no such role" in output
