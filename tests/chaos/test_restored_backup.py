"""A backup that was taken in the middle of a run, restored into an empty box (F45).

As the runbook in docs/operations.md tells: dump, restore, start. What had ended is
readable byte by byte; what ran goes on where the backup stands.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.reading import calls, column
from tests.services import (
    ROOT,
    clean_environment,
    manage,
    migrate,
    new_database,
    postgres_programs,
    wait_until,
)

pytestmark = pytest.mark.services

SAMPLES = 40
# One run that ends, and one that is at work when the process is killed.
WORK = """
import time
import django
django.setup()
from advisor.runs import services
from tests.runs.factory import make_setup
quick = {"id": "a", "options": {"default": "upper"}}
services.run_inline(
    services.launch(setup=make_setup(samples=20, candidates=[quick]), started_by=None)
)
script = {"default": "upper", "calls_file": CALLS}
setup = make_setup(samples=SAMPLES, candidates=[{"id": "a", "options": script}])
looks = []
def in_the_middle():
    looks.append(None)
    if len(looks) > 12:  # some are stored, some answered only: here it is killed
        time.sleep(600)
    return False
services.run_inline(
    services.launch(setup=setup, started_by=None), stopping=in_the_middle
)
"""
STATES = "SELECT state FROM runs_run ORDER BY id"
DOCUMENTS = "SELECT document FROM runs_storedrecommendation ORDER BY run_id"
ANSWERS = "SELECT trial_id FROM runs_answer ORDER BY trial_id"
TRIALS = "SELECT id FROM runs_trial ORDER BY id"


def run_program(name: str, *words: str) -> None:
    folder = postgres_programs()
    assert folder is not None
    done = subprocess.run([folder / name, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def dumped_in_mid_run(environment: dict[str, str], url: str, folder: Path) -> Path:
    """Work until some answers are stored, dump, and lose the machine."""
    text = WORK.replace("CALLS", repr(str(folder / "calls")))
    worker = subprocess.Popen(
        [sys.executable, "-c", text.replace("SAMPLES", str(SAMPLES))],
        cwd=ROOT,
        env=environment,
    )
    try:
        assert wait_until(lambda: len(column(url, ANSWERS)) > 20)
        backup = folder / "backup.dump"
        run_program("pg_dump", "--format=custom", f"--file={backup}", url)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
    return backup


def test_a_restored_backup_is_whole_and_its_run_goes_on(
    postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "box").mkdir()
    old = clean_environment(tmp_path / "var", DATABASE_URL=postgres_url)
    migrate(old)
    backup = dumped_in_mid_run(old, postgres_url, tmp_path)
    url = new_database(f"{postgres_url.rpartition('/')[0]}/postgres")
    run_program(
        "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", backup
    )
    assert column(url, STATES) == ["completed", "running"]
    assert column(url, DOCUMENTS) == column(postgres_url, DOCUMENTS)
    before, asked = len(column(url, ANSWERS)), len(calls(tmp_path / "calls"))

    new = clean_environment(tmp_path / "box", DATABASE_URL=url, REDIS_URL="")
    assert manage("migrate", "--check", environment=new).returncode == 0
    dispatcher = subprocess.Popen(
        [sys.executable, "manage.py", "dispatch"], cwd=ROOT, env=new
    )
    try:
        assert wait_until(
            lambda: column(url, STATES) == ["completed", "completed"], seconds=120
        )
    finally:
        dispatcher.kill()
        dispatcher.wait()
    assert 20 < before < 20 + SAMPLES
    assert column(url, ANSWERS) == column(url, TRIALS)
    assert len(column(url, ANSWERS)) == 20 + SAMPLES
    # Only what the backup did not hold was asked again.
    assert len(calls(tmp_path / "calls")) - asked <= 20 + SAMPLES - before
    verified = manage("verify_run", environment=new)
    assert verified.returncode == 0, verified.stdout
