"""A service that cannot live ends the whole, and grandchildren never stay."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.services import ROOT, wait_until

pytestmark = pytest.mark.services

SCRIPT = """
import os, pathlib, sys
from advisor.web.roles import Service
from advisor.web.supervisor import *

services = [
    Service(name=name, command=("bash", "-c", line), environment=dict(os.environ))
    for name, line in zip(sys.argv[1::2], sys.argv[2::2])
]
supervisor = Supervisor(
    services, say=say_on_stdout, changed=lambda pids: None, stop_seconds=1
)
stop_on_signals(supervisor)
try:
    supervisor.run()
except SupervisorError as error:
    sys.exit(str(error))
"""


@contextmanager
def supervise(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Supervise shell lines: name, line, name, line …"""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.terminate()


def gone(file: Path) -> bool:
    """Tell whether the process whose id stands in `file` has ended."""
    return not psutil.pid_exists(int(file.read_text()))


def test_five_deaths_in_a_minute_stop_everything_with_an_error(tmp_path: Path) -> None:
    other = tmp_path / "other"
    good = ("good", f"echo $$ > {other}; exec sleep 600")
    bad = f"until [ -s {other} ]; do sleep 0.05; done; echo cannot work; exit 7"
    with supervise(*good, "bad", bad) as process:
        output, error = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "bad ended 5 times within 60 s, the last time with status 7" in error
    assert output.count("bad | cannot work") == 5
    assert gone(other)


def test_a_grandchild_in_a_session_of_its_own_is_swept(tmp_path: Path) -> None:
    runner = tmp_path / "runner"
    line = f"setsid sleep 600 & echo $! > {runner}; wait"
    with supervise("worker", line) as process:
        assert wait_until(lambda: runner.exists() and runner.read_text().strip())

    assert process.wait(60) == 0
    assert gone(runner)


def test_a_service_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    line = f"trap '' TERM; echo $$ > {file}; sleep 600; sleep 600"
    with supervise("deaf", line) as process:
        assert wait_until(lambda: file.exists() and file.read_text().strip())

    assert process.wait(60) == 0
    assert gone(file)


def test_output_is_passed_on_line_by_line_under_the_name() -> None:
    line = "printf 'one\\ntwo\\nend'; exec 1>&- 2>&-; sleep 600"
    with supervise("talk", line) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]

    assert lines == ["talk ready\n", "talk | one\n", "talk | two\n", "talk | end\n"]
