"""How do several processes live and die as one?

One thread watches every child: it passes their output on, line by line under their
name, starts again what dies, gives up when something dies too often, and stops them in
the reverse order of their start. Nothing is left behind: each child leads a process
group of its own that is killed as a whole, orphaned grandchildren come to this process
and are swept, and the kernel kills the children when this process is killed.
"""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Sequence

import psutil

from advisor.web.children import Child
from advisor.web.processes import adopt_orphans
from advisor.web.roles import Service

MAX_DEATHS = 5
DEATHS_WINDOW_SECONDS = 60.0
READY_SECONDS = 60.0
TICK_SECONDS = 0.1
SWEEPS = 5


class SupervisorError(Exception):
    """A service could not be started or kept alive."""


class Supervisor:
    """Keep services running until told to stop.

    Args:
        services: In the order of their start.
        say: Takes one line for the person at the terminal.
        changed: Called with the process id of each service after every start.
        stop_seconds: How long services may take to stop before they are killed.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        say: Callable[[str], None],
        changed: Callable[[dict[str, int]], None],
        stop_seconds: float,
    ) -> None:
        self.services = services
        self.say = say
        self.changed = changed
        self.stop_seconds = stop_seconds
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stopping = False

    def run(self) -> None:
        """Start everything, report it, and watch until `stop` is asked for.

        Raises:
            SupervisorError: A service did not become ready or died too often; all
                others have been stopped by then.
        """
        adopt_orphans()
        try:
            for service in self.services:
                self._start(service)
            for child in self.children:
                self._await(child)
            self._report()
            while not self.stopping:
                self._tick()
        finally:
            self._stop_all()

    def stop(self) -> None:
        """Ask `run` to end; safe in a signal handler."""
        self.stopping = True

    def _start(self, service: Service) -> None:
        child = Child(service, say=self.say)
        self.children.append(child)
        self._listen(child)
        if service.comes_first:
            self._await(child)

    def _listen(self, child: Child) -> None:
        self.selector.register(child.pipe, selectors.EVENT_READ, child)

    def _await(self, child: Child) -> None:
        name, deadline = child.service.name, time.monotonic() + READY_SECONDS
        while not self.stopping and not child.service.ready():
            self._tick()
            if time.monotonic() > deadline:
                raise SupervisorError(
                    f"{name} was not ready after {READY_SECONDS:.0f} s."
                )
        if not self.stopping and not child.announced:
            child.announced = True
            self.say(f"{name} ready")

    def _tick(self) -> None:
        self._forward_output()
        for child in self.children:
            if not child.is_alive() and not self.stopping:
                self._restart(child)

    def _forward_output(self) -> None:
        for key, _ in self.selector.select(timeout=TICK_SECONDS):
            if not key.data.forward():
                self.selector.unregister(key.fileobj)

    def _restart(self, child: Child) -> None:
        self._bury(child)
        self._sweep()
        name, status = child.service.name, child.process.returncode
        deaths = child.deaths_within(DEATHS_WINDOW_SECONDS)
        if deaths >= MAX_DEATHS:
            raise SupervisorError(
                f"{name} ended {deaths} times within {DEATHS_WINDOW_SECONDS:.0f} s,"
                f" the last time with status {status}; its last lines are above."
            )
        self.say(f"{name} ended with status {status}; it is started again")
        child.start()
        self._listen(child)
        self._report()

    def _bury(self, child: Child) -> None:
        if not child.pipe.closed and child.pipe in self.selector.get_map():
            self.selector.unregister(child.pipe)
        child.bury()

    def _report(self) -> None:
        if not self.stopping:
            self.changed({c.service.name: c.process.pid for c in self.children})

    def _stop_all(self) -> None:
        self.stopping = True
        self._stop([c for c in self.children if not c.service.comes_first])
        self._stop([c for c in self.children if c.service.comes_first])
        self._sweep()
        self.selector.close()

    def _stop(self, children: Sequence[Child]) -> None:
        for child in filter(Child.is_alive, children):
            child.process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        while any(map(Child.is_alive, children)) and time.monotonic() < deadline:
            self._forward_output()
        for child in children:
            self._bury(child)

    def _sweep(self) -> None:
        ours = {child.process.pid for child in self.children}
        for _ in range(SWEEPS):
            orphans = [p for p in psutil.Process().children() if p.pid not in ours]
            for orphan in orphans:
                orphan.kill()
            psutil.wait_procs(orphans, timeout=1)


def stop_on_signals(supervisor: Supervisor) -> None:
    """Stop at Ctrl-C, SIGTERM and a closed terminal; a second signal adds nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stop())


def say_on_stdout(line: str) -> None:
    """Write one line at once; a reader that went away is no reason to stop."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
