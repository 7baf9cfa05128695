"""How many workers does each queue have, on all machines together? They say so.

A worker writes its row when it starts, again with every heartbeat, and takes it away
when it stops. So more workers are used as soon as they are started, with nothing to be
told to anybody; a killed one is missed after three beats.
"""

import logging
import os
import threading
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Sum
from django.db.models.functions import Now

from advisor.runs.models import WorkerSeat
from advisor.web.clock import from_now

log = logging.getLogger(__name__)

BEATS_MISSED = 3
FORGOTTEN_SECONDS = 24 * 3600.0

# Pool children are forked from a worker at any time, but not while its row is written:
# a child takes over what SQLite knows of that write, and for such a child the database
# is locked for good.
_writing = threading.Lock()
os.register_at_fork(
    before=_writing.acquire,
    after_in_parent=_writing.release,
    after_in_child=_writing.release,
)


@dataclass(slots=True, kw_only=True)
class Presence:
    """Says from a thread of its own that a worker is there; ``leave`` ends it."""

    name: str
    queue: str
    seats: int
    _gone: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Say so from now on."""
        threading.Thread(target=self._run, name="presence", daemon=True).start()

    def leave(self) -> None:
        """Take the row away."""
        self._gone.set()
        try:
            WorkerSeat.objects.filter(name=self.name).delete()
        except DatabaseError as error:
            log.warning("A worker could not say that it leaves: %s", error)
        finally:
            if not connection.in_atomic_block:
                connection.close()

    def _run(self) -> None:
        while not self._gone.is_set():
            with _writing:
                self._say_there()
            self._gone.wait(settings.HEARTBEAT_SECONDS)

    def _say_there(self) -> None:
        try:
            take_seat(name=self.name, queue=self.queue, seats=self.seats)
        except DatabaseError as error:
            log.warning("A worker could not say that it is there: %s", error)
        finally:
            connection.close()


def take_seat(*, name: str, queue: str, seats: int) -> None:
    """Note that a worker is there now; forget those gone for a day."""
    seen = {"queue": queue, "seats": seats, "seen_at": Now()}
    WorkerSeat.objects.update_or_create(name=name, defaults=seen)
    WorkerSeat.objects.filter(seen_at__lt=from_now(-FORGOTTEN_SECONDS)).delete()


def seats_by_queue() -> Counter[str]:
    """Return how many slices each queue can work on at once.

    As many as its workers say; ``WORKERS`` of the settings where none has said so yet.
    """
    recent = from_now(-BEATS_MISSED * settings.HEARTBEAT_SECONDS)
    rows = WorkerSeat.objects.filter(seen_at__gt=recent).values_list("queue")
    told = dict(rows.annotate(total=Sum("seats")).order_by())
    return Counter({**settings.WORKERS, **told})
