"""Real services for tests: a private PostgreSQL, a private Redis, real workers.

Everything listens on a unix socket or on a free port of 127.0.0.1, lives in a temporary
folder and is gone at the end. A missing server program fails under CI=true and skips
elsewhere, with the package to install.
"""

import atexit
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import psycopg
import psycopg.sql
import pytest
from django.db import connections

from advisor.web.embedded import answers, find_redis_server

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=60",
    "shared_buffers=64MB",
)
# Leases and beats scaled down, so that a lost worker is noticed within a second.
FAST = {
    "LEASE_SECONDS": "1.5",
    "HEARTBEAT_SECONDS": "0.3",
    "REAP_SECONDS": "0.2",
    "RETRY_SECONDS": "0.1",
    "SPEED_SECONDS": "3",
    "QUIET_SECONDS": "0",
    "SPEED_REPEATS": "0",
    "STOP_SECONDS": "2",
}
# Leases as the product has them, where a slow disk is not to look like a lost worker;
# nor is a Redis that waits for its turn to look like one that is gone, to who signs in.
PATIENT = {
    "LEASE_SECONDS": "12",
    "HEARTBEAT_SECONDS": "3",
    "REAP_SECONDS": "1",
    "CACHE_TIMEOUT_SECONDS": "60",
}


Completed = subprocess.CompletedProcess[str]


def require(found: object, package: str) -> None:
    """Skip the test, or fail under CI, when a program of `package` is missing."""
    if found:
        return
    message = f"Missing program: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """Find a port of 127.0.0.1 that nobody uses, and keep it for this process.

    Who listens on it sets SO_REUSEADDR, as servers do. To everybody else it is taken
    until this process ends: no other test gets it while its server starts or is away.
    """
    claim = socket.socket()
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    claim.bind(("127.0.0.1", 0))
    atexit.register(claim.close)
    return int(claim.getsockname()[1])


def wait_until(condition: Callable[[], object], *, seconds: float = 60.0) -> bool:
    """Look ten times a second until `condition` holds; False when it never did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def words_of(process: psutil.Process) -> list[str]:
    """Return how a process was started; nothing of one that has just ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def postgres_programs() -> Path | None:
    """Find the folder with initdb and postgres: newest Debian version, else PATH."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    on_path = shutil.which("initdb")
    found = installed[-1] if installed else on_path and Path(on_path).resolve()
    return Path(found).parent if found else None


def as_other_user() -> dict[str, Any]:
    """Give Popen a user that PostgreSQL accepts when this process is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses root, and there is no other user to be.")


class Postgres:
    """A PostgreSQL in a temporary folder that a test may stop and start again."""

    def __init__(self) -> None:
        programs = postgres_programs()
        require(programs, "postgresql")
        assert programs is not None
        self._programs, self._port, self._other = programs, free_port(), as_other_user()
        self.folder = Path(tempfile.mkdtemp(prefix="rightsize-pg-"))
        if self._other:
            os.chown(self.folder, self._other["user"], self._other["group"])
        self.url = f"postgres://app@127.0.0.1:{self._port}/postgres"
        self._common: dict[str, Any] = {
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            "cwd": self.folder,
            **self._other,
        }
        subprocess.run(
            [programs / "initdb", "-D", self.folder / "data", "-U", "app", "-E", "UTF8"]
            + ["--auth=trust", "--no-sync", "--no-instructions"],
            check=True,
            capture_output=True,
            **self._common,
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        switches = [word for one in POSTGRES_SETTINGS for word in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data"]
                + ["-p", str(self._port), "-k", self.folder]
                + ["-c", "listen_addresses=127.0.0.1", *switches],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._common,
            )
        assert wait_until(lambda: can_connect(self.url)), (
            self.folder / "log"
        ).read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT cuts connections, SIGQUIT is like a power cut."""
        self._server.send_signal(how)
        self._server.wait(60)

    def remove(self) -> None:
        """Stop the server for good and forget its data."""
        if self._server.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def private_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL of one's own."""
    server = Postgres()
    try:
        yield server
    finally:
        server.remove()


def can_connect(url: str) -> bool:
    """Tell whether the database answers."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def new_database(url: str) -> str:
    """Make an empty database on the server of `url`; return its URL."""
    name = f"test_{os.urandom(6).hex()}"
    with psycopg.connect(url, autocommit=True) as connection:
        create = psycopg.sql.SQL("CREATE DATABASE {}")
        connection.execute(create.format(psycopg.sql.Identifier(name)))
    return f"{url.rsplit('/', 1)[0]}/{name}"


def wait_for_locks() -> None:
    """Let this process's connections wait for a lock for as long as it takes.

    The product gives up after seconds, as a page must. What many may do at once is
    another question, and one of them may stand still with the lock.
    """
    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"]["timeout"] = 300
    else:
        database["OPTIONS"]["options"] = ""


def migrate(environment: Mapping[str, str]) -> None:
    """Bring an empty database to the newest state: a copy of one that was migrated."""
    url = environment.get("DATABASE_URL") or ""
    if url.startswith("postgres"):
        _copy_postgres(url)
    else:
        default = Path(environment["VAR_DIR"]) / "rightsize.sqlite3"
        shutil.copyfile(
            _migrated_file(), url.removeprefix("sqlite:///") if url else default
        )


@cache
def _migrated_file() -> Path:
    """Migrate a SQLite file once in this process; return its path."""
    folder = Path(tempfile.mkdtemp(prefix="rightsize-m-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _run_migrations(clean_environment(folder))
    return folder / "rightsize.sqlite3"


def _copy_postgres(url: str) -> None:
    """Replace an empty database by a copy; the first one on a server is migrated."""
    server, _, name = url.rpartition("/")
    make = psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE migrated")
    drop = psycopg.sql.SQL("DROP DATABASE {}")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        known = "SELECT 1 FROM pg_database WHERE datname = 'migrated'"
        if not connection.execute(known).fetchone():
            connection.execute("CREATE DATABASE migrated")
            with tempfile.TemporaryDirectory() as folder:
                _run_migrations(
                    clean_environment(Path(folder), DATABASE_URL=f"{server}/migrated")
                )
        connection.execute(drop.format(psycopg.sql.Identifier(name)))
        connection.execute(make.format(psycopg.sql.Identifier(name)))


def _run_migrations(environment: Mapping[str, str]) -> None:
    done = manage("migrate", "-v", "0", environment=environment)
    assert done.returncode == 0, done.stderr


@contextmanager
def private_redis() -> Iterator[str]:
    """Run a Redis on a unix socket in a temporary folder; yield its URL."""
    folder = Path(tempfile.mkdtemp(prefix="rightsize-r-"))
    url = f"unix://{folder}/r.sock"
    quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
    server = subprocess.Popen(
        [find_redis_server(), "--port", "0", "--unixsocket", folder / "r.sock"]
        + ["--dir", str(folder), *quiet],
        stdout=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: answers(url))
        yield url
    finally:
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Services:
    """A supervisor that runs, and the environment that reaches its services."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    log: Path

    def record(self) -> dict[str, Any]:
        """Read what runs now: redis_url, site_url and services by name."""
        path = Path(self.environment["VAR_DIR"]) / "run" / "services.json"
        try:
            record = dict(json.loads(path.read_text()))
        except FileNotFoundError:
            return {}
        return record if record.get("pid") == self.process.pid else {}

    def pid(self, name: str) -> int:
        """Return the process id of one service."""
        return int(self.record()["services"][name])

    def manage(self, *words: str, timeout: float = 300) -> Completed:
        """Run a management command against these services."""
        environment = {**self.environment, "REDIS_URL": self.record()["redis_url"]}
        return manage(*words, environment=environment, timeout=timeout)


def manage(
    *words: str, environment: Mapping[str, str], timeout: float = 300
) -> Completed:
    """Run `manage.py` in a process of its own and return what it printed."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def clean_environment(folder: Path, **variables: str) -> dict[str, str]:
    """Build the environment of an installation of its own under `folder`."""
    dropped = {"DATABASE_URL", "REDIS_URL", "SITE_URL", "PORT", "SECRET_KEY"}
    kept = {key: value for key, value in os.environ.items() if key not in dropped}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "advisor.settings",
        "VAR_DIR": str(folder),
        "OMP_NUM_THREADS": "1",
        **FAST,
        **variables,
    }


@contextmanager
def running_services(
    folder: Path,
    *,
    roles: Sequence[str] = ("local", "remote", "default", "dispatcher"),
    migrated: bool = True,
    **variables: str,
) -> Iterator[Services]:
    """Start a supervisor with `roles` in an installation of its own; stop it after.

    Variables such as DATABASE_URL go in by keyword.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = clean_environment(folder, **variables)
    if migrated:
        migrate(environment)
    log = folder / "supervisor.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0"]
            + ["--roles", ",".join(roles), "--parent", str(os.getpid())],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=file,
        )
    services = Services(process, environment, log)
    try:
        wait_until(lambda: services.record() or process.poll() is not None, seconds=180)
        assert services.record(), log.read_text()
        yield services
    except BaseException:
        print(log.read_text()[-20_000:])  # pytest shows it beside the failure
        raise
    finally:
        process.terminate()
        process.wait(60)
