"""Nothing that the supervisor started outlives it, however it ends."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from advisor.web.management.commands.serve import chosen_roles
from tests.conftest import ServicesFactory
from tests.services import (
    Services,
    clean_environment,
    manage,
    running_services,
    wait_until,
)

pytestmark = pytest.mark.services


CANARIES = {
    "OPENAI_API_KEY": "sk-canary",
    "HF_TOKEN": "hf-canary",
    "https_proxy": "http://canary:3128",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Start a worker and the web server once, beside other programs' keys."""
    var = tmp_path_factory.mktemp("serve")
    with running_services(
        var, roles=["local", "web"], migrated=False, **CANARIES
    ) as found:
        yield found


def family(pid: int) -> list[psutil.Process]:
    """List a process and everything below it."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def runs(process: psutil.Process) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return False


def survivors(processes: list[psutil.Process]) -> list[psutil.Process]:
    """List those that still run."""
    return [process for process in processes if runs(process)]


def test_it_starts_everything_and_sigterm_leaves_no_process_and_no_folder(
    services: ServicesFactory,
) -> None:
    with services(roles=["local", "web"], migrated=False) as running:
        record = running.record()
        # It listens before it has started the processes that answer.
        with urlopen(f"{record['site_url']}/healthz") as answer:
            assert answer.read() == b"ok\n"
        started = family(running.process.pid)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0

    assert set(record["services"]) == {"redis", "local", "web"}
    assert len(started) >= 6
    assert survivors(started) == []
    assert not Path(record["folder"]).exists()
    assert running.record() == {}
    assert "web ready" in running.log.read_text()


def test_killing_the_supervisor_leaves_nothing(
    services: ServicesFactory,
) -> None:
    with services(roles=["local", "web"], migrated=False) as running:
        started = family(running.process.pid)
        folder = Path(running.record()["folder"])
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait(60)

        assert wait_until(lambda: not survivors(started))
        assert folder.exists()

    environment = running.environment
    var = Path(environment["VAR_DIR"])
    with running_services(var, roles=[], migrated=False) as again:
        assert not folder.exists()
        assert again.record()["folder"] != str(folder)


def test_a_second_supervisor_on_the_same_folder_is_refused(running: Services) -> None:
    second = manage("serve", "--no-web", environment=running.environment)

    assert second.returncode == 1
    assert "already run" in second.stderr
    assert f"process {running.process.pid}" in second.stderr
    assert "Stop that one first, or set VAR_DIR" in second.stderr


def test_a_taken_port_is_named_with_the_way_out(running: Services) -> None:
    port = running.record()["site_url"].rsplit(":", 1)[1]
    other = clean_environment(Path(running.environment["VAR_DIR"]) / "other")
    second = manage("serve", "--port", port, environment=other)

    assert second.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in second.stderr
    assert "--port 0" in second.stderr


def test_workers_do_not_see_keys_and_proxies_of_other_programs(
    running: Services,
) -> None:
    seen = psutil.Process(running.pid("local")).environ()

    assert not CANARIES.keys() & seen.keys()
    assert seen["REDIS_URL"].startswith("unix:///")


def test_it_starts_again_what_dies_and_takes_the_orphans_away(
    running: Services,
) -> None:
    worker = running.pid("local")
    below = psutil.Process(worker).children(recursive=True)
    os.kill(worker, signal.SIGKILL)

    assert wait_until(lambda: running.pid("local") != worker)
    assert below
    assert survivors(below) == []
    assert running.process.poll() is None
    assert "local ended with status -9; it is started again" in running.log.read_text()


def test_an_unknown_role_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ArgumentTypeError, match="wbe: no such role") as caught:
        chosen_roles("local, wbe")

    assert "dispatcher" in str(caught.value)
    assert chosen_roles("local, web") == ["local", "web"]


def test_the_worker_and_the_web_server_load_no_model_runner() -> None:
    script = (
        "import sys, advisor.wsgi, django.urls;"
        "from advisor.celery import app;"
        "app.loader.import_default_modules();"
        "django.urls.get_resolver().url_patterns;"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.stdout == "[]\n", done.stderr
