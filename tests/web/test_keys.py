"""A key is made once, whoever comes first, and only its owner can read it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from advisor.web.keys import new_key, new_variables, read_or_make_key
from advisor.web.secrets import read_keys


def test_it_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"
    key = read_or_make_key(path)

    assert read_or_make_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: read_or_make_key(tmp_path / "key"), range(64)))

    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_new_key_fits_the_key_ring() -> None:
    assert len(read_keys([f"id:{new_key()}"])["id"]) == 32


def test_new_variables_are_good_enough_for_production() -> None:
    variables = dict(line.split("=", 1) for line in new_variables().splitlines())

    assert len(variables["SECRET_KEY"]) >= 50
    assert set(read_keys([variables["ENCRYPTION_KEYS"]])) == {"first"}
