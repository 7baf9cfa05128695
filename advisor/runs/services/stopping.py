"""Has somebody asked this process to stop? A worker then hands its work over.

A worker's children never see the signal that stops the worker; it passes on another.
"""

import signal
import threading
from types import FrameType

import psutil

HAND_OVER = signal.SIGUSR2
_asked = threading.Event()


def asked_to_stop() -> bool:
    """Say whether work is to be handed over as soon as possible."""
    return _asked.is_set()


def ask_to_stop(number: int = 0, frame: FrameType | None = None) -> None:
    """Hand over at the next answer; usable as a signal handler."""
    _asked.set()


def listen_in_child(**_: object) -> None:
    """Hand over when the worker of this pool child says so."""
    signal.signal(HAND_OVER, ask_to_stop)


def tell_children(**_: object) -> None:
    """Tell the pool children of this worker to hand their work over."""
    for child in psutil.Process().children():
        try:
            child.send_signal(HAND_OVER)
        except psutil.Error:
            continue
