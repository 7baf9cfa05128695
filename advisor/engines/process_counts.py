"""How many threads and further processes does a process have?

From Linux's /proc; None on a system that does not tell.
"""

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def status_number(field: str, pid: int | str = "self") -> int | None:
    """Read one whole number of /proc/PID/status, such as Threads."""
    for name, value in _status(pid):
        if name == field:
            return int(value.split()[0])
    return None


def threads_of_user(uid: int) -> int | None:
    """Return how many threads all processes of a user have together."""
    told = [dict(_status(pid)) for pid in _pids()]
    if not told:
        return None
    own = [one for one in told if one.get("Uid", "").split()[:1] == [str(uid)]]
    return sum(int(one["Threads"]) for one in own)


def members_of_session(session: int) -> list[int]:
    """Return the processes of a session, its first one included; none if unknown."""
    return [pid for pid in _pids() if _session(pid) == session]


def _pids() -> list[int]:
    if not _PROC.is_dir():
        return []
    return [int(name) for name in os.listdir(_PROC) if name.isdigit()]


def _session(pid: int) -> int | None:
    try:
        told = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name, in brackets, may hold anything; behind it: state, parent, group, session
    return int(told.rpartition(")")[2].split()[3])


def _status(pid: int | str) -> Iterator[tuple[str, str]]:
    try:
        told = (_PROC / str(pid) / "status").read_text(errors="replace")
    except OSError:
        return
    for line in told.splitlines():
        name, _, value = line.partition(":")
        yield name, value.strip()
