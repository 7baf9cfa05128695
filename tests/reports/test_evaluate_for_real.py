"""The command as a user starts it: a process of its own, real workers, real data."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.reports.setup_folder import Evaluated, evaluate, write_setup
from tests.runs.factory import keys
from tests.services import PATIENT, clean_environment

SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
GSM8K = SHARED / "gsm8k_gpt3"


def started(path: Path, folder: Path, *words: str, **variables: str) -> Evaluated:
    """Run the command in a process of its own, in an installation of its own."""
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate", str(path), *words],
        cwd=ROOT,
        env=clean_environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Evaluated(done.returncode, done.stdout, done.stderr)


def test_it_needs_nothing_but_a_setup_file(tmp_path: Path):
    path, out = write_setup(tmp_path), tmp_path / "out.json"
    nowhere = f"unix://{tmp_path}/nobody.sock"
    words = ("--inline", "--json", str(out))
    done = started(path, tmp_path / "var", *words, REDIS_URL=nowhere)
    assert done.status == 0, done.err
    assert json.loads(out.read_text())["recommended"] == "good"
    assert "Traceback" not in done.err


def test_a_server_without_migrations_is_told_how(tmp_path: Path, postgres_url: str):
    path = write_setup(tmp_path)
    done = started(path, tmp_path / "var", "--inline", DATABASE_URL=postgres_url)
    assert (done.status, done.lines) == (
        1,
        ["The database is not up to date. Run: python manage.py migrate"],
    )


def test_a_database_that_is_not_there_is_told(tmp_path: Path):
    path = write_setup(tmp_path)
    nowhere = "postgres://nobody@127.0.0.1:1/none"
    done = started(path, tmp_path / "var", "--inline", DATABASE_URL=nowhere)
    assert done.status == 1
    assert done.err.startswith("The database does not answer: ")
    assert done.err.rstrip().endswith("Check DATABASE_URL.")
    assert "Traceback" not in done.err


@pytest.mark.services
@pytest.mark.django_db
def test_without_a_queue_of_its_own_it_starts_the_services(tmp_path: Path):
    slow = {"id": "slow", "engine": "fake", "model": "slow"}
    slow["options"] = {"outputs": dict.fromkeys(keys(80), "yes")}
    path = write_setup(tmp_path, candidates=[slow])
    out, paper = tmp_path / "a.json", tmp_path / "a.pdf"
    words = ("--json", str(out), "--report", str(paper))
    done = started(path, tmp_path / "var", *words, WORKER_SECONDS="60", **PATIENT)
    assert done.status == 0, done.err
    assert json.loads(out.read_text())["recommended"] == "slow"
    assert paper.read_bytes().startswith(b"%PDF-")
    assert str(out.resolve()) in done.out
    assert not (tmp_path / "var" / "run" / "services.json").exists()
    assert evaluate(path, "--json", str(tmp_path / "b.json")).status == 0
    here = json.loads((tmp_path / "b.json").read_text())
    assert json.loads(out.read_text())["candidates"] == here["candidates"]


@pytest.fixture
def school_maths(tmp_path: Path) -> Path:
    if not GSM8K.is_dir():
        pytest.skip(f"needs the recorded answers in {GSM8K.name} beside the project")
    shutil.copytree(GSM8K, tmp_path / "data")
    shutil.copy(ROOT / "docs" / "examples" / "recorded.yaml", tmp_path / "data")
    return tmp_path / "data" / "recorded.yaml"


@pytest.mark.shared_data
@pytest.mark.django_db
def test_a_6b_model_that_checks_itself_replaces_a_175b_model(
    school_maths: Path, tmp_path: Path
):
    """Accuracies as published with the data: 34.72, 21.68 and 39.04 %."""
    out = tmp_path / "a.json"
    done = evaluate(school_maths, "--json", str(out))
    document = json.loads(out.read_text())
    assert (done.status, document["outcome"]) == (0, "recommended")
    assert document["recommended"] == "gpt3-6b-verified"
    found = {one["id"]: one["quality"]["value"] for one in document["candidates"]}
    assert found == {
        "gpt3-175b-finetuned": pytest.approx(0.3472, abs=0.002),
        "gpt3-6b-finetuned": pytest.approx(0.2168, abs=0.002),
        "gpt3-6b-verified": pytest.approx(0.3904, abs=0.002),
    }
    assert all(one["quality"]["n"] == 1319 for one in document["candidates"])
    assert document["calls"] == {"made": 3957, "exhaustive": 3957}
    assert document["spend_usd"]["value"] == 0
    assert document["provenance"]["hosts_contacted"] == []

    text = school_maths.read_text()
    stricter = text.replace("quality_margin: 0.05", "min_quality: 0.5")
    assert stricter != text
    school_maths.write_text(stricter)
    assert evaluate(school_maths).status == 3
