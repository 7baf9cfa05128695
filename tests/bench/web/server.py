"""On what do the pages run? The product's own web processes over the kept database."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.conf import settings

from advisor.web.embedded import answers
from advisor.web.roles import web
from tests.services import ROOT, free_port, wait_until


@contextmanager
def web_process(
    environment: Mapping[str, str],
) -> Iterator[tuple[int, psutil.Process]]:
    """Run the web role; yield its port and the parent of its processes."""
    port = free_port()
    given = {**environment, "SITE_URL": f"http://127.0.0.1:{port}"}
    service = web(
        environment=given,
        port=port,
        ready=lambda: True,
        processes=settings.WEB_PROCESSES,
    )
    process = subprocess.Popen(service.command, cwd=ROOT, env=given)
    try:
        assert wait_until(lambda: _answers(port), seconds=60)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def seconds_of(process: psutil.Process) -> float:
    """Return what a process took of the cores so far, with all that it started."""
    spent = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += times.user + times.system + times.children_user
        spent += times.children_system
    return float(spent)


def migrate(environment: Mapping[str, str]) -> None:
    """Make the tables."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=dict(environment), check=True)


def environment_of(url: str, folder: Path, redis: str) -> dict[str, str]:
    """Return what the processes get: PATH, the database, the cache and a folder."""
    assert answers(redis)
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "advisor.settings",
        "OMP_NUM_THREADS": "1",
    }


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
