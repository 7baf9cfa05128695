"""Is each way in which a host process can fail told apart (F35, F36)?"""

import os
import subprocess
import threading

import pytest

from advisor.engines.host_link import HostDiedError, HostLink


def started():
    return HostLink(threads=1, memory_limit_bytes=None, module="tests.engines.bad_host")


@pytest.fixture
def link():
    made = started()
    yield made
    made.stop(at_once=True)


def ask(link, what, silence_s=20.0):
    return list(link.ask({"ask": what}, silence_s=silence_s))


def test_messages_come_through_and_beats_do_not(link):
    assert ask(link, "greet") == [{"kind": "hello"}]
    assert ask(link, "greet") == [{"kind": "hello"}]


@pytest.mark.parametrize(
    ("what", "cause", "says"),
    [
        ("segfault", "crash", "signal 11"),
        ("abort", "crash", "signal 6"),
        ("garbage", "crash", "no message: b'Loading"),
        ("number", "crash", "no message: b'7'"),
        ("leave", "crash", "exit status 0"),
        ("half", "crash", "exit status 0"),
        ("raise", "crash", "ValueError: the model is odd"),
        ("swell", "out_of_memory", "ran out of memory"),
    ],
)
def test_a_death_has_a_cause(link, what, cause, says):
    with pytest.raises(HostDiedError, match=says) as caught:
        ask(link, what)
    assert caught.value.cause == cause


def test_silence_is_a_hang(link):
    with pytest.raises(HostDiedError, match="silent") as caught:
        ask(link, "hang", silence_s=0.3)
    assert caught.value.cause == "hang"


def test_a_host_that_beats_does_not_hang():
    # One that stands still with its machine is silent: then another one is asked.
    assert any(beats_longer_than_its_silence() for _ in range(5))


def beats_longer_than_its_silence() -> bool:
    """Ask a host that beats for longer than it may be silent; False if it was."""
    link = started()
    try:
        ask(link, "greet")
        return ask(link, "beat", silence_s=2.0) == []
    except HostDiedError:
        return False
    finally:
        link.stop(at_once=True)


def test_asking_the_dead_is_a_death_too(link):
    with pytest.raises(HostDiedError):
        ask(link, "leave")
    with pytest.raises(HostDiedError):
        ask(link, "greet")


def test_a_process_that_cannot_be_made_is_an_error_and_no_wait():
    with pytest.raises(ValueError, match="null byte"):
        HostLink(threads=1, memory_limit_bytes=None, module="no\0module")


def test_it_outlives_the_thread_that_made_it():
    made = []

    def make():
        made.append(started())

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert ask(made[0], "greet") == [{"kind": "hello"}]
    made[0].stop(at_once=True)


def test_it_ends_politely(link):
    ask(link, "greet")
    link.stop(at_once=False)


class Held:
    """A process that the kernel holds, as while a file server does not answer."""

    pid = 2**31 - 1  # of no process
    returncode = None

    def __init__(self):
        self.given, self.told = os.pipe(), os.pipe()
        self.stdin = os.fdopen(self.given[1], "wb", 0)
        self.stdout = os.fdopen(self.told[0], "rb", 0)
        self.awaited_by = []

    def wait(self, timeout=None):
        if timeout is not None:
            raise subprocess.TimeoutExpired("held", timeout)
        self.awaited_by.append(threading.current_thread().name)

    def poll(self):
        return None

    def kill(self):
        pass


class HeldLink(HostLink):
    def _start(self, command, environment):
        return Held()


def test_a_process_that_does_not_end_when_killed_is_left_to_a_thread():
    link = HeldLink(threads=1, memory_limit_bytes=None)
    held = link._process
    with pytest.raises(HostDiedError, match="silent") as caught:
        ask(link, "greet", silence_s=0.05)
    assert caught.value.cause == "hang"
    os.close(held.told[1])
    with pytest.raises(HostDiedError, match="did not end") as caught:
        ask(link, "greet")
    assert caught.value.cause == "hang"
    link.stop(at_once=True)
    os.close(held.given[0])
    assert set(held.awaited_by) == {"engine-reaper"}
