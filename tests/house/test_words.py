"""The house speaks plainly and keeps no promises it has not kept."""

import re
import subprocess

import pytest

from tests.house.source import ADVISOR, ROOT, python_files, shown

UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|\blorem ipsum\b"
)
FAKED = re.compile(
    r"\b(MagicMock|Mock\(|mock\.patch|patch\(|monkeypatch\.setattr|unittest\.mock)"
)
DANGEROUS = re.compile(
    r"shell=True|os\.system\(|(?<![.\w])(eval|exec)\(|\bimport pickle|yaml\.load\("
    r"|mark_safe|trust_remote_code=True"
)
PLACES = re.compile(r"(?<![\w./])/(work|root|home/\w+)/")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def tracked(*patterns: str) -> list[str]:
    """List the files of the repository that match, whether committed yet or not."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("needs git and the repository's history")
    return [name for name in done.stdout.splitlines() if (ROOT / name).exists()]


def found(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    """List the places where the pattern occurs."""
    hits = []
    for name in names:
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            if pattern.search(line):
                hits.append(f"{name}:{number}: {line.strip()}")
    return hits


def test_nothing_is_left_unfinished() -> None:
    names = tracked("advisor/*.py", "templates/*", "static/*.js", "static/*.css")

    assert found(UNFINISHED, names) == []


def test_tests_use_real_things_and_readable_fakes() -> None:
    names = [name for name in tracked("tests/*.py") if "tests/house/" not in name]

    assert found(FAKED, names) == []


def test_nothing_dangerous_is_called() -> None:
    assert found(DANGEROUS, [shown(path) for path in python_files()]) == []


def test_nothing_names_a_place_on_one_persons_machine() -> None:
    names = tracked("*.py", "*.md", "*.html", "*.yaml", "*.toml", "scripts/*", ".ci/*")
    names = [name for name in names if "tests/house/" not in name]

    assert found(PLACES, names) == []


def test_no_room_is_called_utils_or_the_like() -> None:
    names = {path.stem for path in ADVISOR.rglob("*") if "migrations" not in path.parts}

    assert names & FORBIDDEN_NAMES == set()


def test_the_package_list_names_exact_versions() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    loose = [
        line for line in lines if line and line[0] not in "#-" and "==" not in line
    ]

    assert loose == []
