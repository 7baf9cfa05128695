"""May a process that runs a stranger's model start another one?

No. A filter in the kernel (seccomp(2)) refuses every call that makes a process or turns
this one into another program, and cannot be taken off again, not even by root. Threads
stay possible: torch, OpenMP and CUDA live on them. How many is asked elsewhere, as a
filter cannot count.
"""

import ctypes
import errno
import os
import platform
import resource
import sys
from typing import NamedTuple

# More threads than the libraries start on the largest machines.
MOST_THREADS = 1024

# From linux/sched.h, linux/prctl.h, linux/seccomp.h and linux/bpf_common.h.
_CLONE_THREAD = 0x00010000
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER = 1
# A filter would else slow the processor against a leak between threads (SSBD).
_FLAG_SPEC_ALLOW = 1 << 2
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Where struct seccomp_data holds the call's number, the architecture, the flags.
_NUMBER, _ARCHITECTURE, _FLAGS = 0, 4, 16
# Numbers from here on are x86-64's second, shorter set of calls (x32).
_SECOND_SET = 0x40000000


class _Calls(NamedTuple):
    """The numbers of the calls of one architecture (asm/unistd.h)."""

    architecture: int
    seccomp: int
    clone: int
    clone3: int
    refused: tuple[int, ...]


_KNOWN = {
    # fork, vfork, execve, execveat
    "x86_64": _Calls(0xC000003E, 317, 56, 435, (57, 58, 59, 322)),
    # execve, execveat; fork is a clone there
    "aarch64": _Calls(0xC00000B7, 277, 220, 435, (221, 281)),
}


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def refuse_new_processes() -> bool:
    """Let this process and its threads start no process from now on.

    Call it while there is one thread: those that are there already stay free. Returns
    whether a try is refused by the kernel; False where it knows no such filter.
    """
    calls = _KNOWN.get(platform.machine())
    if calls is None or not sys.platform.startswith("linux"):
        return False
    steps = _steps(calls)
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    where = ctypes.byref(program)
    for flag in (_FLAG_SPEC_ALLOW, 0):  # Linux before 4.17 does not know the flag
        if libc.syscall(calls.seccomp, _SET_MODE_FILTER, flag, where) == 0:
            return _fork_is_refused(errno.EPERM)
    return False


def limit_threads(beside: int) -> bool:
    """Let this process start no more threads than `MOST_THREADS`.

    The kernel counts all threads of a user, of whom `beside` run already, and asks
    nothing of root: the return value says whether a limit binds here. Where it does
    not, the parent counts.
    """
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
        binds = _fork_is_refused(errno.EAGAIN)
        most = beside + MOST_THREADS
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))
    except (OSError, ValueError, AttributeError):
        return False
    return binds


def _steps(calls: _Calls) -> list[_Step]:
    """Return the filter: each question is followed by what is done if it is so."""
    refuse = _Step(_RETURN, 0, 0, _ERROR | errno.EPERM)
    # The C library then takes clone, whose flags can be read from here.
    unknown = _Step(_RETURN, 0, 0, _ERROR | errno.ENOSYS)
    allow = _Step(_RETURN, 0, 0, _ALLOW)
    steps = [
        _Step(_LOAD, 0, 0, _ARCHITECTURE),
        _Step(_EQUAL, 1, 0, calls.architecture),
        refuse,
        _Step(_LOAD, 0, 0, _NUMBER),
        _Step(_AT_LEAST, 0, 1, _SECOND_SET),
        refuse,
        _Step(_EQUAL, 0, 1, calls.clone3),
        unknown,
    ]
    for number in calls.refused:
        steps += [_Step(_EQUAL, 0, 1, number), refuse]
    return [
        *steps,
        _Step(_EQUAL, 1, 0, calls.clone),
        allow,
        _Step(_LOAD, 0, 0, _FLAGS),
        _Step(_ANY_BIT, 0, 1, _CLONE_THREAD),
        allow,
        refuse,
    ]


def _fork_is_refused(number: int) -> bool:
    """Try to fork below Python, where no hook is asked."""
    libc = ctypes.CDLL(None, use_errno=True)
    child = libc.fork()
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
    return bool(child == -1 and ctypes.get_errno() == number)
