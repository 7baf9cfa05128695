"""What other programs did meanwhile is seen, what was our own doing is not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from advisor.runs.services.quiet import Noise, Watch, listeners, look


def spin(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_our_own_work_disturbs_nothing():
    watch = Watch()
    before = watch.noise().others
    spin(0.3)
    after = watch.noise().others
    assert before is not None
    assert after is not None


def test_a_child_of_ours_is_ours():
    watch = Watch()
    code = "import time\nt=time.process_time()\nwhile time.process_time()-t<.3: pass"
    child = subprocess.Popen([sys.executable, "-c", code])
    child.wait()
    assert watch.noise().others is not None


def test_much_use_by_others_disturbs():
    assert Noise(load_average=2.0, others=0.9).disturbed
    assert not Noise(load_average=2.0, others=0.1).disturbed
    assert not Noise(load_average=None, others=None).disturbed


def test_an_endpoint_needs_this_process_on_time():
    assert Noise(0.0, others=0.0, late_ms=31.0).starved(300.0)
    assert not Noise(0.0, others=0.0, late_ms=29.0).starved(300.0)
    # Below two milliseconds a clock in a shared machine tells nothing.
    assert not Noise(0.0, others=0.0, late_ms=1.9).starved(1.0)
    assert Noise(0.0, others=len(os.sched_getaffinity(0)) * 0.9).starved(300.0)
    assert not Noise(0.0, others=None, late_ms=None).starved(300.0)


def test_lateness_is_that_of_99_in_100_looks():
    late = [0.1] * 99 + [50.0]
    assert Watch().noise(late).late_ms == 0.1
    assert Watch().noise([*late, 50.0]).late_ms == 50.0


def test_a_server_on_this_machine_belongs_to_its_measurement():
    code = "import socket,time\ns=socket.create_server(('127.0.0.1',0))\n"
    code += "print(s.getsockname()[1],flush=True)\ntime.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as server:
        port = int(server.stdout.readline())
        assert listeners("127.0.0.1", port) == {server.pid}
        assert listeners("localhost", port) == {server.pid}
        assert listeners("192.0.2.1", port) == frozenset()
        server.kill()


@contextmanager
def hog() -> Iterator[None]:
    """A program of somebody else that uses all it gets of a processor."""
    # Its parent is gone, so it is nobody's child and no work of ours.
    code = (
        "import os\nif os.fork(): os._exit(0)\nprint(1, flush=True)\nwhile True: pass"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        try:
            yield
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


def test_a_hog_is_seen_while_it_runs():
    with hog():
        # It may have to wait for its turn: it is looked for until it has one.
        assert any((look().others or 0.0) > 0.25 for _ in range(300))
