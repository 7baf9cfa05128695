"""The import walls stand, and each of them would notice a breach."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

BREACHES = {
    "advisor/sizing/breach.py": (
        "import django",
        "The core knows no framework and no model runner",
    ),
    "advisor/scoring/breach.py": ("import advisor.runs", "Rooms: one way down"),
    "advisor/engines/breach.py": (
        "import celery",
        "Engines, tuning and charts know no Django and no queue",
    ),
    "advisor/web/health.py": (
        "import advisor.engines.loading\nimport torch",
        "The web process never loads a model runner",
    ),
    "advisor/projects/selectors.py": (
        "import advisor.projects.services",
        "Inside an app",
    ),
}


def walls(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Check the import walls of the house in `folder`."""
    return subprocess.run(
        [ROOT / ".venv" / "bin" / "lint-imports", "--no-cache"]
        if (ROOT / ".venv" / "bin" / "lint-imports").exists()
        else ["lint-imports", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the house, so that walls can be broken on purpose."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "advisor",
        folder / "advisor",
        ignore=shutil.ignore_patterns("__pycache__", "*.safetensors", "*.jsonl"),
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_walls_stand() -> None:
    done = walls(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_noticed(copy: Path, name: str) -> None:
    path, (line, wall) = copy / name, BREACHES[name]
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        done = walls(copy)
    finally:
        path.unlink() if before is None else path.write_text(before)

    assert done.returncode != 0
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert f"{wall} BROKEN" in broken
