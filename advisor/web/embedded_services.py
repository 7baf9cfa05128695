"""How does a command get services to work with, when none run yet?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings

from advisor.web.installation import Running, database_fingerprint, running_services
from advisor.web.roles import WORKERS

START_SECONDS = 90.0
LOG_TAIL_LINES = 15


class ServicesError(Exception):
    """The services did not start, or those that run belong to another database."""


@contextmanager
def embedded_services(
    *,
    roles: Sequence[str] = (*WORKERS, "dispatcher"),
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Use the services that run for this VAR_DIR, or start them for the block.

    What was started here is stopped at the end of the block, at SIGTERM and when this
    process is killed; what ran already is left alone. Call it in the main thread.

    Args:
        roles: Which of `advisor.web.roles.ROLES` to start.
        port: Where `web` listens; 0 finds a free port, None prefers the usual one.
        environment: Variables on top of this process's own.

    Raises:
        ServicesError: They did not start (with the last lines of their log), or the
            running ones use another database.
    """
    running = running_services()
    if running is not None:
        if running.database != database_fingerprint():
            raise ServicesError(
                f"The services of {settings.VAR_DIR} (process {running.pid}) use"
                " another database. Stop them first, or set VAR_DIR."
            )
        yield running
        return
    log = Path(settings.VAR_DIR) / "log" / "services.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    process = start_supervisor(roles, port, environment or {}, log)
    with sigterm_ends_the_block():
        try:
            yield await_record(process, log)
        finally:
            process.terminate()
            process.wait()


def start_supervisor(
    roles: Sequence[str], port: int | None, environment: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start `manage.py serve` as a child that ends with this process."""
    command = [sys.executable, "manage.py", "serve", "--roles", ",".join(roles)]
    command += ["--parent", str(os.getpid())]
    if port is not None:
        command += ["--port", str(port)]
    with log.open("wb") as file:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, "VAR_DIR": str(settings.VAR_DIR), **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            # Ctrl-C at the terminal is for this process, which then stops the services.
            start_new_session=True,
        )


def await_record(process: subprocess.Popen[bytes], log: Path) -> Running:
    """Wait until the supervisor has written what it runs.

    Raises:
        ServicesError: It ended, or took longer than START_SECONDS.
    """
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        running = running_services()
        if running is not None and running.pid == process.pid:
            return running
        time.sleep(0.05)
    lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
    raise ServicesError(
        "\n".join(["The services did not start. The end of their log:", *lines])
    )


@contextmanager
def sigterm_ends_the_block() -> Iterator[None]:
    """Turn SIGTERM into a normal exit, so that `finally` blocks run."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
