"""What people and CI run is short, executable, and says what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

SCRIPTS = ["scripts/demo", "scripts/test", "scripts/check", ".ci/run"]
MAX_SCRIPT = 60


@pytest.mark.parametrize("name", [*SCRIPTS, "scripts/environment"])
def test_a_script_is_short_and_parses(name: str) -> None:
    path = ROOT / name
    parsed = subprocess.run(["bash", "-n", path], check=False)

    assert parsed.returncode == 0
    assert len(path.read_text().splitlines()) <= MAX_SCRIPT
    assert os.access(path, os.X_OK) or name == "scripts/environment"


def find_python(path: str) -> "subprocess.CompletedProcess[str]":
    """Ask the scripts which Python they would use where PATH is `path`."""
    return subprocess.run(
        [shutil.which("bash") or "bash", "-c", ". scripts/environment; find_python"],
        cwd=ROOT,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_python_the_scripts_name_the_package(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    done = find_python(str(tmp_path))

    assert done.returncode == 1
    assert "Python 3.11 to 3.13 with venv is needed and was not found" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")

    assert find_python(str(tmp_path)).returncode == 1
    found = find_python(f"{tmp_path}:{os.environ['PATH']}").stdout.strip()
    assert found
    assert found != str(old)
