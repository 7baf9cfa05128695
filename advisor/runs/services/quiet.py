"""Is the machine quiet enough to be timed? What others did while we measured.

A measurement that other programs disturbed is flagged, never silently kept. A model of
this machine needs the machine; an endpoint's times need no more than that this process
is on time, which a ticker in its event loop tells.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import psutil

# Others may use this share of one core before a time is no longer only ours.
OTHERS_ALLOWED = 0.25
# While an endpoint is timed they may use this share of the processors we may use.
SHARE_ALLOWED = 0.5
# A process that is late by this share of what it measures, or by so much, is starved.
LATE_SHARE = 0.1
LATE_MS = 2.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Noise:
    """What the machine did meanwhile; ``others`` in cores, None where unknown.

    ``late_ms`` is by how much this process was late in 99 of 100 looks.
    """

    load_average: float | None
    others: float | None
    late_ms: float | None = None

    @property
    def disturbed(self) -> bool:
        """Say whether other programs used too much of the machine."""
        return self.others is not None and self.others > OTHERS_ALLOWED

    def starved(self, typical_ms: float) -> bool:
        """Say whether this process was too late to time answers of ``typical_ms``."""
        if self.others is not None and self.others > SHARE_ALLOWED * len(_processors()):
            return True
        late = self.late_ms
        return late is not None and late > max(LATE_MS, LATE_SHARE * typical_ms)


@dataclass(slots=True)
class Watch:
    """Watches the machine from its making until ``noise`` is asked.

    ``serving`` are processes that belong to the measurement: a server that is timed.
    """

    serving: frozenset[int] = frozenset()
    _busy: float = field(init=False)
    _ours: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._busy, self._ours = _busy_seconds(), _our_seconds(self.serving)
        self._since = time.monotonic()

    def noise(self, late_ms: Sequence[float] = ()) -> Noise:
        """Return what others used per second since the watch began."""
        passed = time.monotonic() - self._since
        late = sorted(late_ms)[ceil(0.99 * len(late_ms)) - 1] if late_ms else None
        if passed <= 0:
            return Noise(_load_average(), None, late)
        ours = _our_seconds(self.serving) - self._ours
        others = (_busy_seconds() - self._busy - ours) / passed
        return Noise(_load_average(), max(0.0, others), late)


def look(serving: frozenset[int] = frozenset()) -> Noise:
    """Watch the machine for a fifth of a second."""
    watch = Watch(serving)
    time.sleep(LOOK_SECONDS)
    return watch.noise()


def wait_for_quiet(
    seconds: float, *, serving: frozenset[int] = frozenset(), alone: bool = True
) -> Noise:
    """Wait until the machine is quiet, at most so long; return the last look.

    ``alone`` asks for the whole machine, else for enough of it to be on time.
    """
    until = time.monotonic() + seconds
    while True:
        noise = look(serving)
        restless = noise.disturbed if alone else noise.starved(0.0)
        if not restless or time.monotonic() >= until:
            return noise


def listeners(host: str, port: int) -> frozenset[int]:
    """Return the processes of this machine that serve an address, as far as told.

    The system tells of one's own processes, and everything to its administrator.
    """
    own = {
        address.address.partition("%")[0]
        for listed in psutil.net_if_addrs().values()
        for address in listed
    }
    if host not in (*own, "localhost"):
        return frozenset()
    try:
        found = psutil.net_connections("tcp")
    except psutil.Error:
        return frozenset()
    pids = {
        one.pid
        for one in found
        if one.pid and one.status == psutil.CONN_LISTEN and one.laddr.port == port
    }
    return frozenset(pids - {os.getpid()})


def _busy_seconds() -> float:
    """Return the CPU seconds that all programs used of the processors we may use."""
    each = psutil.cpu_times(percpu=True)
    ours = [each[index] for index in _processors() if index < len(each)]
    return sum(_busy(times) for times in ours or each)


def _busy(times: Any) -> float:
    idle = times.idle + getattr(times, "iowait", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - guest)


def _processors() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _our_seconds(serving: Iterable[int] = ()) -> float:
    """Return the CPU seconds of this process, of all it started, and of a server."""
    ours = {process.pid: process for process in _family(os.getpid())}
    for pid in serving:
        ours |= {process.pid: process for process in _family(pid)}
    return sum(_seconds_of(process) for process in ours.values())


def _seconds_of(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


def _family(pid: int) -> Iterator[psutil.Process]:
    try:
        first = psutil.Process(pid)
        yield first
        yield from first.children(recursive=True)
    except psutil.Error:
        return


def _load_average() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
