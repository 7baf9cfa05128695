"""How is everything started and stopped with one command?"""

import argparse
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisor.web.embedded import RedisMissingError, redis_address, redis_service
from advisor.web.installation import (
    FOLDER_PREFIX,
    AlreadyRunningError,
    Running,
    database_fingerprint,
    only_supervisor,
    write_record,
)
from advisor.web.processes import die_with_parent
from advisor.web.roles import ROLES, WORKERS, Service, dispatcher, web, worker
from advisor.web.supervisor import (
    Supervisor,
    SupervisorError,
    say_on_stdout,
    stop_on_signals,
)

DEFAULT_PORT = 8000


def chosen_roles(text: str) -> list[str]:
    """Read a comma-separated list of roles.

    Raises:
        argparse.ArgumentTypeError: A name is not a role; the message lists them.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in ROLES]:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown)}: no such role. Use some of: {', '.join(ROLES)}."
        )
    return names


def is_listening(port: int) -> bool:
    """Tell whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def choose_port(wanted: int | None) -> int:
    """Return the wanted port, by default 8000, or a free one where 0 was asked for.

    Raises:
        CommandError: The port that was asked for by number is taken.
    """
    port = DEFAULT_PORT if wanted is None else wanted
    for candidate in (port, 0) if wanted is None else (port,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError(
        f"Port {port} of 127.0.0.1 is taken. Choose another with --port N,"
        " or a free one with --port 0."
    )


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a short folder for sockets, for this user only, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Command(BaseCommand):
    """Start the services and keep them running."""

    help = (
        "Start the embedded Redis (unless REDIS_URL is set), the workers, the"
        " dispatcher and the web server, and keep them running. Ctrl-C stops all."
    )
    # Checking the pages would load them all, which the web server does anyway.
    requires_system_checks = ["security"]

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which services to start, and where."""
        parser.add_argument("--port", type=int, help="of the web server; 0: a free one")
        parser.add_argument("--no-web", action="store_true", help="all but the web")
        parser.add_argument(
            "--roles", type=chosen_roles, default=list(ROLES), help=", ".join(ROLES)
        )
        parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)

    def handle(
        self,
        *_args: object,
        roles: list[str],
        no_web: bool,
        port: int | None,
        parent: int | None,
        **_options: object,
    ) -> None:
        """Run until told to stop."""
        if parent:
            die_with_parent(parent)
        wanted = [role for role in roles if not (no_web and role == "web")]
        try:
            with only_supervisor(), private_folder() as folder:
                supervise(
                    wanted, choose_port(port) if "web" in wanted else None, folder
                )
        except (AlreadyRunningError, RedisMissingError, SupervisorError) as error:
            raise CommandError(str(error)) from error


def supervise(roles: list[str], port: int | None, folder: Path) -> None:
    """Run the services of `roles` until a signal ends them."""
    redis_url = settings.REDIS_URL or redis_address(folder)
    site_url = os.environ.get("SITE_URL", f"http://127.0.0.1:{port}") if port else None
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(settings.VAR_DIR),
        "REDIS_URL": redis_url,
        **({"SITE_URL": site_url} if site_url else {}),
    }

    def record(pids: dict[str, int]) -> None:
        write_record(
            Running(
                pid=os.getpid(),
                redis_url=redis_url,
                site_url=site_url,
                database=database_fingerprint(),
                folder=str(folder),
                services=pids,
            )
        )

    supervisor = Supervisor(
        list(services(roles, port, folder, environment)),
        say=say_on_stdout,
        changed=record,
        stop_seconds=settings.STOP_SECONDS + 3,
    )
    stop_on_signals(supervisor)
    supervisor.run()


def services(
    roles: list[str], port: int | None, folder: Path, environment: dict[str, str]
) -> Iterator[Service]:
    """Yield the services of `roles` in the order of their start."""
    if not settings.REDIS_URL:
        yield redis_service(folder, environment={"PATH": os.environ.get("PATH", "")})
    for queue in WORKERS:
        if queue in roles:
            yield worker(queue, environment=environment, folder=folder)
    if "dispatcher" in roles:
        yield dispatcher(environment=environment)
    if "web" in roles and port is not None:
        yield web(
            environment=environment,
            port=port,
            ready=lambda: is_listening(port),
            processes=settings.WEB_PROCESSES,
        )
