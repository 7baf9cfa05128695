"""Which processes make up a running installation, and how is each one started?"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

WORKERS = ("local", "remote", "default")
ROLES = (*WORKERS, "dispatcher", "web")
# What the server's owner keeps in the environment for other programs; a worker that
# never sees it cannot send it to an address that a user typed.
FOREIGN_PREFIXES = ("OPENAI_", "ANTHROPIC_", "AWS_", "AZURE_")
FOREIGN_NAMES = frozenset({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "NETRC"})

# Celery warns on each start as root, as in a container.
AS_ROOT = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process under supervision.

    `ready` tells whether it can be used; one that `comes_first` is waited for before
    the next starts, and stops last.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Callable[[], bool] = field(default=lambda: True)
    comes_first: bool = False


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out other programs' keys and proxies, and stop at once when told to."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(FOREIGN_PREFIXES)
        and name not in FOREIGN_NAMES
        and not name.upper().endswith("_PROXY")
    }
    # Celery's warm shutdown would wait minutes for a task; leases make that needless.
    return kept | {"REMAP_SIGTERM": "SIGQUIT", "PYTHONWARNINGS": AS_ROOT}


def worker(queue: str, *, environment: Mapping[str, str], folder: Path) -> Service:
    """Describe the Celery worker of one queue: one child, so one measurement a time."""
    ready_file = folder / f"{queue}.ready"
    ready_file.unlink(missing_ok=True)
    flags = f"-P prefork -c 1 -Q {queue} -n {queue}@rightsize -l WARNING"
    quiet = "--without-gossip --without-mingle --without-heartbeat"
    return Service(
        name=queue,
        command=(
            *(sys.executable, "-m", "celery", "-q"),
            # The web process checks the addresses; a worker has no need to load them.
            *("-A", "advisor.celery:app", "--skip-checks", "worker"),
            *flags.split(),
            *quiet.split(),
        ),
        environment=worker_environment(environment)
        | {"READY_FILE": os.fspath(ready_file)},
        ready=ready_file.exists,
    )


def dispatcher(*, environment: Mapping[str, str]) -> Service:
    """Describe the process that reaps leases and publishes hints."""
    return Service(
        name="dispatcher",
        command=(sys.executable, "manage.py", "dispatch"),
        environment=worker_environment(environment),
    )


def web(
    *,
    environment: Mapping[str, str],
    port: int,
    ready: Callable[[], bool],
    processes: int,
) -> Service:
    """Describe the web server: processes that share what they load, loopback only.

    Together they have at least eight threads: some wait, for a database or a file.
    """
    threads = max(4, 8 // processes)
    flags = f"-b 127.0.0.1:{port} -k gthread --log-level warning --preload"
    return Service(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "advisor.wsgi:application"),
            *flags.split(),
            *("-w", str(processes), "--threads", str(threads)),
            *("--timeout", "60", "--graceful-timeout", "3", "--no-control-socket"),
        ),
        environment=environment,
        ready=ready,
    )
