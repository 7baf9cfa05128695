"""On which cores does a model compute, so that its threads do not wait for each other?

OpenMP's threads meet after every product. Two of them on one core, while a third
process has the other, wait for each other's share of time at each meeting: a small
model then takes fifty times as long. So each thread has a core of its own where the
model may use all of them, and who waits for others soon lets its core go. What that
costs and gains: docs/decisions/threads-and-cores.md.
"""

import os
from itertools import count

NAMES = ("GOMP_SPINCOUNT", "OMP_PROC_BIND", "OMP_PLACES")
# Turns of a waiting loop before a thread sleeps: so many that alone a model is as fast
# as with threads that never sleep, and few beside a process's share of a core's time.
_TURNS = 5000
# Where a GPU's driver is: it has threads of its own, which would all share one core.
_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
_started = count(os.getpid())


def allowed_cores() -> list[int]:
    """Return the cores that this process may use, in order; none if nobody tells."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


def processors() -> int:
    """Return how many cores this process may use."""
    return len(allowed_cores()) or os.cpu_count() or 1


def placed(threads: int) -> dict[str, str]:
    """Return the environment that gives each of ``threads`` its core, where it can.

    Each call begins at another core: a model's first thread does alone what cannot be
    shared, and those of several models would all be on the same one.
    """
    found, cores = {"GOMP_SPINCOUNT": str(_TURNS)}, allowed_cores()
    if threads < 2 or threads != len(cores) or any(map(os.path.exists, _DRIVERS)):
        return found
    first = next(_started) % threads
    places = ",".join(f"{{{core}}}" for core in [*cores[first:], *cores[:first]])
    return found | {"OMP_PROC_BIND": "true", "OMP_PLACES": places}
