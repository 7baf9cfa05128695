"""On which processor does each side run, and before whom?

The stub has one processor and the client another. Both go before other programs where
the system allows it (SCHED_RR), so that a shared machine disturbs each client alike.
"""

import os
import shutil
import subprocess

FIRST = ("chrt", "-r", "1")
_ALL = sorted(os.sched_getaffinity(0))
CLIENT, SERVER = _ALL[0], _ALL[-1]


def placed(processor: int) -> list[str]:
    """Return the words that start a program on a processor, before others."""
    words = ["taskset", "-c", str(processor)] if shutil.which("taskset") else []
    return [*words, *FIRST] if may_go_first() else words


def may_go_first() -> bool:
    """Say whether the system lets this user go before others."""
    if not shutil.which(FIRST[0]):
        return False
    return subprocess.run([*FIRST, "true"], capture_output=True).returncode == 0
