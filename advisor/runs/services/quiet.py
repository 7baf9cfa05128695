"""Is the machine quiet enough to be timed? What others did while we measured.

A measurement that other programs disturbed is flagged, never silently kept.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

# Others may use this share of one core before a time is no longer only ours.
OTHERS_ALLOWED = 0.25
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Noise:
    """What the machine did meanwhile; ``others`` in cores, None where unknown."""

    load_average: float | None
    others: float | None

    @property
    def disturbed(self) -> bool:
        """Say whether other programs used too much of the machine."""
        return self.others is not None and self.others > OTHERS_ALLOWED


@dataclass(slots=True)
class Watch:
    """Watches the machine from its making until ``noise`` is asked."""

    _busy: float = field(default_factory=lambda: _busy_seconds())
    _ours: float = field(default_factory=lambda: _our_seconds())
    _since: float = field(default_factory=time.monotonic)

    def noise(self) -> Noise:
        """Return what others used per second since the watch began."""
        passed = time.monotonic() - self._since
        if passed <= 0:
            return Noise(_load_average(), None)
        ours = _our_seconds() - self._ours
        others = (_busy_seconds() - self._busy - ours) / passed
        return Noise(_load_average(), max(0.0, others))


def look() -> Noise:
    """Watch the machine for a fifth of a second."""
    watch = Watch()
    time.sleep(LOOK_SECONDS)
    return watch.noise()


def _busy_seconds() -> float:
    """Return the CPU seconds that all programs of the machine have used."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - idle - guest)


def _our_seconds() -> float:
    """Return the CPU seconds of this process and of all it started."""
    return sum(_seconds_of(process) for process in _family())


def _seconds_of(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


def _family() -> Iterator[psutil.Process]:
    own = psutil.Process()
    yield own
    try:
        yield from own.children(recursive=True)
    except psutil.Error:
        return


def _load_average() -> float | None:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
