"""Who looks whether services run never stops them from starting."""

import fcntl
import threading
from pathlib import Path

import pytest
from pytest_django import Settings

from advisor.web.installation import (
    AlreadyRunningError,
    Running,
    database_fingerprint,
    locks_within,
    only_supervisor,
    record_path,
    running_services,
    write_record,
)


@pytest.fixture(autouse=True)
def var(settings: Settings, tmp_path: Path) -> Path:
    """Give each test an installation of its own."""
    settings.VAR_DIR = tmp_path
    return tmp_path


def running(folder: Path) -> Running:
    """Describe services of process 1."""
    return Running(
        pid=1,
        redis_url="unix:///r.sock",
        site_url=None,
        database=database_fingerprint(),
        folder=str(folder),
        services={"redis": 2},
    )


def test_what_runs_is_known_while_its_supervisor_lives(var: Path) -> None:
    assert running_services() is None
    with only_supervisor():
        write_record(running(var))
        assert running_services() == running(var)
    assert running_services() is None
    assert not record_path().exists()


def test_a_record_that_nobody_holds_is_a_leftover_and_goes(var: Path) -> None:
    sockets = var / "rightsize-old"
    sockets.mkdir()
    write_record(running(sockets))

    assert running_services() is None
    with only_supervisor():
        assert not record_path().exists()
        assert not sockets.exists()


def test_a_leftover_never_names_another_folder_to_remove(var: Path) -> None:
    precious = var / "precious"
    precious.mkdir()
    write_record(running(precious))
    with only_supervisor():
        assert precious.exists()


def test_a_second_one_is_refused() -> None:
    with (
        only_supervisor(),
        pytest.raises(AlreadyRunningError, match="Stop that one first"),
        only_supervisor(),
    ):
        pass


def test_looking_all_the_time_does_not_keep_a_supervisor_out() -> None:
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            running_services()

    watchers = [threading.Thread(target=look) for _ in range(4)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(20):
            with only_supervisor():
                pass
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()


def test_patience_does_not_end_while_the_process_stands_still(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with file.open("a+") as held, file.open("a+") as wanted:
        fcntl.flock(held, fcntl.LOCK_SH)
        assert not locks_within(wanted, seconds=0, tries=2)
        threading.Timer(0.2, fcntl.flock, (held, fcntl.LOCK_UN)).start()
        assert locks_within(wanted, seconds=0, tries=3_000)


def test_a_damaged_record_is_no_record(var: Path) -> None:
    with only_supervisor():
        record_path().write_text("{")
        assert running_services() is None
