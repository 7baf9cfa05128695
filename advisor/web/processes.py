"""How does a process make sure that it never outlives the one that started it?"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, however it ends.

    Args:
        parent: The process id that must still be the parent; a parent that went away
            before the request took hold ends this process at once.

    Elsewhere than on Linux nothing is asked; there a supervisor stops its children.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent died (Linux only).

    A grandchild, such as an isolated model runner, then stays in sight of the
    supervisor and is swept at the end.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1)
