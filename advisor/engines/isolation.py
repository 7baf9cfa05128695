"""What may a process do that runs a stranger's model?

Nothing but compute: no network, no secrets, no other process, no more memory and
threads than allowed, and it dies with its parent. Each wall reports whether it held,
because not every system grants each: without a network namespace or a filter of calls
the audit hook remains, and the parent counts what the process starts.
"""

import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Mapping

from advisor.engines.cores import NAMES, placed
from advisor.engines.process_counts import threads_of_user
from advisor.engines.process_filter import limit_threads, refuse_new_processes
from advisor.engines.process_memory import status_bytes

# From linux/sched.h and linux/prctl.h.
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1

_PASSED_ON = (
    "CUDA_DEVICE_ORDER",
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "TMPDIR",
)
_FIXED = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "USE_HUB_KERNELS": "0",
    "TOKENIZERS_PARALLELISM": "false",
    # More arenas would reserve memory that nothing uses, and the limit counts it.
    "MALLOC_ARENA_MAX": "2",
    "LC_ALL": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
}
# Room that remains in any case, to tell of a failure.
_LEAST_ROOM = 64 * 1024 * 1024
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
_ADDED_LATER = ("LC_CTYPE",)
_REFUSED = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "subprocess.Popen",
}


def allowed_environment(threads: int) -> dict[str, str]:
    """Return the whole environment of a host process; nothing else is inherited."""
    own = dict.fromkeys(_THREADS, str(threads))
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, **_FIXED, **own, **placed(threads)}


def isolate(*, parent: int) -> Mapping[str, bool]:
    """Raise the walls around this process; say which of them stand.

    Call it first, while the process has one thread: a namespace asks for that.
    """
    # Before the namespace, in which users may bear other numbers.
    beside = threads_of_user(os.getuid()) or 0
    namespace = _leave_network()
    walls = {
        "network_namespace": namespace,
        "audit_hook": _refuse_calls(),
        # After the namespace: new rights would clear the signal.
        "dies_with_parent": _die_with(parent),
        "empty_environment": _is_environment_allowed(),
        "thread_limit": limit_threads(beside),
        # Last, as the one before tries a fork.
        "no_new_processes": refuse_new_processes(),
    }
    return walls


def _is_environment_allowed() -> bool:
    allowed = {*_PASSED_ON, *_FIXED, *_THREADS, *NAMES, *_ADDED_LATER}
    return set(os.environ) <= allowed


def _leave_network() -> bool:
    """Move to a network namespace that has no way out, not even loopback."""
    uid, gid = os.getuid(), os.getgid()
    if _unshare(_CLONE_NEWNET):
        return True
    if not _unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
        return False
    try:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    except OSError:
        # Without the map the process still runs, under the name of nobody.
        return True
    return True


def _unshare(flags: int) -> bool:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.unshare(flags) == 0)
    except (OSError, AttributeError):
        return False


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _refuse_calls() -> bool:
    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in _REFUSED:
            raise PermissionError(f"{event} is refused in a process that runs a model")

    sys.addaudithook(hook)
    try:
        socket.getaddrinfo("localhost", 9)
    except PermissionError:
        return True
    return False


def limit_memory(limit_bytes: int | None) -> bool:
    """Limit private memory, so that too much is an error here and not a kill.

    Call it when the libraries are loaded: some of them wait for ever for memory that
    they are refused while they start. RLIMIT_DATA counts what a process may write to,
    touched or not, so that what is reserved but untouched today is added; files
    mapped for reading stay out, as a small machine can drop and read them again.
    """
    held, reserved = status_bytes("VmRSS"), status_bytes("VmData")
    if limit_bytes is None or held is None or reserved is None:
        return False
    ceiling = reserved + max(_LEAST_ROOM, limit_bytes - held)
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
    except (OSError, ValueError):
        return False
    return True


def _die_with(parent: int) -> bool:
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        asked = libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return False
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    return bool(asked)
