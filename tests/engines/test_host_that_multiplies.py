"""A host that starts processes or threads without end (F36): what becomes of it?

Real processes really try. Refused by the kernel where it has filters of calls; where
it has none, the parent sees them and ends them all.
"""

import os
import platform
import subprocess
import sys
import time

import psutil
import pytest

from advisor.engines.host_link import HostDiedError, HostLink
from advisor.engines.isolation import allowed_environment
from advisor.engines.process_filter import MOST_THREADS
from tests.engines.breeding_host import WAYS
from tests.engines.test_isolation import ROOT, WALLS

BEHIND_WALLS = "tests.engines.breeding_host"
IN_THE_OPEN = "tests.engines.breeding_host_in_the_open"
FILTERED = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


def started(module):
    return HostLink(threads=1, memory_limit_bytes=None, module=module)


def ask(link, what):
    return list(link.ask({"ask": what}, silence_s=20.0))


@pytest.fixture(scope="module")
def walled():
    link = started(BEHIND_WALLS)
    yield link
    link.stop(at_once=True)


@pytest.fixture
def bystander():
    """A process beside, which no fault of a host may touch."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    assert process.poll() is None
    process.kill()
    process.wait()


@pytest.mark.skipif(not FILTERED, reason="no filter for this kind of processor")
@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_another_process_is_open(walled, way):
    (told,) = ask(walled, way)
    assert told["count"] == 0
    assert psutil.Process(walled.pid).children() == []


def test_a_host_says_whether_it_may_multiply(walled):
    ((_, walls),) = [tuple(one.values()) for one in ask(walled, "walls")]
    assert walls["no_new_processes"] is FILTERED
    # Root has no limit of threads by the kernel; then the parent's count remains.
    assert walls["thread_limit"] in (True, False)


def test_threads_without_end_are_a_crash_with_its_reason(bystander):
    link = started(BEHIND_WALLS)
    ask(link, "walls")
    with pytest.raises(HostDiedError, match="more than 1,024 threads") as died:
        ask(link, "swarm")
    assert died.value.cause == "crash"
    assert not psutil.pid_exists(link.pid)
    link.stop(at_once=True)


def test_a_fork_bomb_is_ended_whole_even_where_nothing_refuses_it(bystander):
    link = started(IN_THE_OPEN)
    ask(link, "walls")
    with pytest.raises(HostDiedError, match="more than 16 processes") as died:
        ask(link, "breed")
    assert died.value.cause == "crash"
    assert left_of(link.pid) == []
    link.stop(at_once=True)


def left_of(session):
    """Return what still runs of a session; the kernel takes a moment to bury."""
    for _ in range(1200):
        left = [
            one.pid
            for one in psutil.process_iter(["status"])
            if one.info["status"] != psutil.STATUS_ZOMBIE and in_session(one, session)
        ]
        if not left:
            break
        time.sleep(0.05)
    return left


def in_session(process, session):
    try:
        return os.getsid(process.pid) == session
    except ProcessLookupError:
        return False


AS_NOBODY = """
import json, os, threading, time
import advisor.engines.isolation
"a".encode("idna")  # read from files that nobody else may see
os.setgroups([])
os.setgid(54321)
os.setuid(54321)
"""
SWARM = """
threading.stack_size(65536)
started = 0
try:
    for _ in range(3000):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        started += 1
except RuntimeError:
    pass
print(walls["thread_limit"], walls["no_new_processes"], started, flush=True)
os._exit(0)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_kernel_limits_the_threads_of_a_plain_user():
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY + WALLS + SWARM, str(os.getpid())],
        env=allowed_environment(1),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    limited, refused, count = done.stdout.split()
    assert (limited, refused) == ("True", str(FILTERED))
    assert 0 < int(count) <= MOST_THREADS
