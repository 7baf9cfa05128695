"""Do the services of this VAR_DIR run, where, and who may start them?

The supervisor holds a lock for as long as it lives and writes what it runs to
`var/run/services.json`. The lock decides: a file without a held lock is a leftover.
"""

import fcntl
import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from django.conf import settings

FOLDER_PREFIX = "rightsize-"
PATIENCE_SECONDS = 2.0
PATIENCE_TRIES = 50


class AlreadyRunningError(Exception):
    """Another supervisor holds this VAR_DIR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What a supervisor runs; `services` maps a name to its process id.

    `database` is a fingerprint of the database's address, so that nobody hands work to
    workers that look into another database.
    """

    pid: int
    redis_url: str
    site_url: str | None
    database: str
    folder: str
    services: Mapping[str, int]


def database_fingerprint() -> str:
    """Fingerprint the address of this process's database; no password can be read."""
    keys = ("ENGINE", "HOST", "PORT", "NAME", "USER")
    address = "|".join(str(settings.DATABASES["default"].get(key)) for key in keys)
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def run_folder() -> Path:
    """Return `var/run`, made when missing and private."""
    folder = Path(settings.VAR_DIR) / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def record_path() -> Path:
    """Return where the supervisor writes what it runs."""
    return run_folder() / "services.json"


@contextmanager
def only_supervisor() -> Iterator[None]:
    """Hold the lock of this VAR_DIR for the block.

    Raises:
        AlreadyRunningError: Another process holds it.
    """
    with (run_folder() / "supervisor.lock").open("a+") as lock:
        if not locks_within(lock, seconds=PATIENCE_SECONDS):
            lock.seek(0)
            raise AlreadyRunningError(
                f"The services of {settings.VAR_DIR} already run"
                f" (process {lock.read().strip() or 'unknown'})."
                " Stop that one first, or set VAR_DIR to another folder."
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        clear_leftovers()
        try:
            yield
        finally:
            clear_leftovers()


def locks_within(lock: TextIO, *, seconds: float, tries: int = PATIENCE_TRIES) -> bool:
    """Take the lock for this process alone; False when another keeps it so long.

    Whoever looks whether services run holds it for a moment, hence the patience: for
    ``seconds``, and for so many tries, since this process may stand still meanwhile.
    """
    deadline = time.monotonic() + seconds
    for tried in itertools.count(1):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tried >= tries and time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return True
    return False


def clear_leftovers() -> None:
    """Remove the record of a supervisor that is gone, with its socket's folder."""
    record = read_record()
    record_path().unlink(missing_ok=True)
    if record is not None and Path(record.folder).name.startswith(FOLDER_PREFIX):
        shutil.rmtree(record.folder, ignore_errors=True)


def write_record(running: Running) -> None:
    """Write what runs, whole or not at all, for this user only."""
    draft = record_path().with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(running), file)
    draft.replace(record_path())


def read_record() -> Running | None:
    """Read the record; None when there is none or it cannot be read."""
    try:
        return Running(**json.loads(record_path().read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def running_services() -> Running | None:
    """Return what runs for this VAR_DIR, or None when no supervisor is alive."""
    with (run_folder() / "supervisor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read_record()
    return None
