"""Does a host process multiply without end, and how is all of it ended?

The parent looks from outside, as no limit inside binds root everywhere: threads are
counted by nobody there, and processes only refused where the kernel has a filter.
"""

import os
import signal
import subprocess
from contextlib import suppress

from advisor.engines.process_counts import members_of_session, status_number
from advisor.engines.process_filter import MOST_THREADS

LOOK_EVERY_S = 0.25
# A try of the walls themselves, or of a library, is no harm.
MOST_PROCESSES = 16


def excess(pid: int) -> str | None:
    """Return what a host has too much of, in words; None if nothing.

    A host begins a session of its own, in which its descendants are counted; what left
    the session is not seen. A kernel that filters the host's calls spares the count.
    """
    threads = status_number("Threads", pid)
    if threads is not None and threads > MOST_THREADS:
        return f"it started more than {MOST_THREADS:,} threads"
    if _is_filtered(pid):
        return None
    if len(members_of_session(pid)) > MOST_PROCESSES:
        return f"it started more than {MOST_PROCESSES} processes"
    return None


def end_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a host and what it started, its group in one stroke that no fork outruns."""
    # A group's number is not given anew while it has a member.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pid in members_of_session(process.pid):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    process.kill()


def _is_filtered(pid: int) -> bool:
    mine, its = status_number("Seccomp_filters"), status_number("Seccomp_filters", pid)
    return mine is not None and its is not None and its > mine
