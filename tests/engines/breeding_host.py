"""A host process behind the product's walls, or without, that tries to multiply.

Each way tries at most 200 processes or 3,000 threads, which end by themselves within
seconds: the machine comes through even where nothing holds.
"""

import ctypes
import json
import multiprocessing
import os
import pty
import subprocess
import sys
import threading
import time
from contextlib import suppress

from advisor.engines.isolation import isolate

MOST_FORKS, MOST_THREADS, LASTS_S = 200, 3000, 8.0
libc = ctypes.CDLL(None, use_errno=True)


def say(**message):
    os.write(1, json.dumps(message).encode() + b"\n")


def linger():
    time.sleep(LASTS_S)
    os._exit(0)


def fork_below_python():
    """Fork as a library in C would: no hook of Python is asked."""
    child = libc.fork()
    if child == 0:
        linger()
    return child


def fork():
    child = os.fork()
    if child == 0:
        linger()
    return child


def multiply(kind):
    context = multiprocessing.get_context(kind)
    process = context.Process(target=time.sleep, args=(LASTS_S,), daemon=True)
    process.start()
    return process.pid


def spawn():
    """Start a program as the C library does it, by vfork where it can."""
    words = (ctypes.c_char_p * 2)(b"true", None)
    child = ctypes.c_int()
    failed = libc.posix_spawn(
        ctypes.byref(child), b"/bin/true", None, None, words, None
    )
    return -1 if failed else child.value


def become_another():
    """End this process if it works: then no answer comes."""
    libc.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None))
    return -1


WAYS = {
    "fork": fork,
    "fork below Python": fork_below_python,
    "vfork": spawn,
    "shell": lambda: 1 if libc.system(b"true") == 0 else -1,
    "subprocess": lambda: subprocess.Popen(["sleep", str(LASTS_S)]).pid,
    "terminal": lambda: pty.fork()[0] or linger(),
    "multiprocessing fork": lambda: multiply("fork"),
    "multiprocessing spawn": lambda: multiply("spawn"),
    "exec": become_another,
}


def made(way):
    """Return how many processes there are after one try, 0 or 1, and why."""
    try:
        return (1, "") if WAYS[way]() > 0 else (0, os.strerror(ctypes.get_errno()))
    except OSError as error:
        return 0, str(error)


def swarm():
    """Start threads without end, or as many as a backstop allows."""
    threading.stack_size(64 * 1024)
    for _ in range(MOST_THREADS):
        with suppress(RuntimeError):  # refused: go on trying, as an attacker would
            threading.Thread(target=time.sleep, args=(LASTS_S,), daemon=True).start()
    time.sleep(LASTS_S)


def breed():
    """Fork without end, or as often as a backstop allows."""
    for _ in range(MOST_FORKS):
        fork_below_python()
    time.sleep(LASTS_S)


def main():
    walls = isolate(parent=int(sys.argv[1])) if __name__ == "__main__" else {}
    for text in sys.stdin:
        ask = json.loads(text)["ask"]
        if ask == "walls":
            say(kind="walls", walls=dict(walls))
        elif ask == "swarm":
            swarm()
        elif ask == "breed":
            breed()
        else:
            count, why = made(ask)
            say(kind="made", count=count, why=why)
        say(kind="done")


if __name__ == "__main__":
    main()
