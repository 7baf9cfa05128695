"""Who works on a race in this process, and hears at once how it goes on?

What one thread judges opens blocks for another, or spares them: it is told instead of
looking again and again. Other processes look.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock

from django.db import transaction

Hear = Callable[[], object]

_hearing: dict[int, list[Hear]] = defaultdict(list)
_lock = Lock()


@contextmanager
def hearing(run_id: int, hear: Hear) -> Iterator[None]:
    """Call ``hear`` whenever there is news of a run, from whatever thread tells it."""
    with _lock:
        _hearing[run_id].append(hear)
    try:
        yield
    finally:
        with _lock:
            _hearing[run_id].remove(hear)
            if not _hearing[run_id]:
                del _hearing[run_id]


def tell(run_id: int) -> None:
    """Say that a run was judged, or that its work is to end; once that is stored."""
    transaction.on_commit(partial(_tell, run_id))


def _tell(run_id: int) -> None:
    with _lock:
        told = list(_hearing.get(run_id, ()))
    for hear in told:
        hear()
