"""Who keeps runs going? A plain process: reaps, ends, hints, and works if it must.

Any number may run; on PostgreSQL one acts at a time. Nothing here is needed for what is
stored to be right: it only makes sure that somebody goes on.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from advisor.runs import services
from advisor.runs.models import Candidate
from advisor.runs.tasks import publish
from advisor.web.embedded import stores

log = logging.getLogger(__name__)

OWN_SLICES = 2
# Any number, the same for every dispatcher of an installation.
LOCK = 8_143_270


@dataclass(slots=True)
class Dispatcher:
    """Looks once a second (``REAP_SECONDS``) until ``stop`` is set."""

    stop: threading.Event = field(default_factory=threading.Event)
    _redis_seen: float = field(default_factory=time.monotonic)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(OWN_SLICES, "slice")
    )
    _slices: dict[int, Future[None]] = field(default_factory=dict)

    def run(self) -> None:
        """Look until told to stop; a database that is away is waited for."""
        while not self.stop.is_set():
            try:
                self.look()
            except DatabaseError as error:
                log.warning("The database cannot be reached: %s", error)
                connection.close()
            self.stop.wait(settings.REAP_SECONDS)
        self._pool.shutdown(wait=True)
        services.close_engines()

    def look(self) -> None:
        """Take back what is abandoned, end what is over, tell who may work."""
        if not _leads():
            return
        services.reap()
        services.sweep_cancelled()
        for run_id in services.to_finish():
            guarded(partial(services.finish, run_id), f"run {run_id}")
        queue_answers = self._redis_answers()
        for chore in settings.DISPATCHER_CHORES:
            guarded(partial(_chore, chore, queue_answers), chore)
        if queue_answers:
            self._hint()
        elif time.monotonic() - self._redis_seen > self._patience():
            self._work()

    def _hint(self) -> None:
        chosen = services.take_hints()
        if chosen and not publish(chosen):
            services.forget_hints(chosen)

    def _work(self) -> None:
        """Drive slices here while there is no queue: runs never need Redis to end."""
        for pk in [pk for pk, future in self._slices.items() if future.done()]:
            del self._slices[pk]
        for one in services.due_candidates():
            if len(self._slices) < OWN_SLICES and one.pk not in self._slices:
                self._slices[one.pk] = self._pool.submit(self._slice, one)

    def _slice(self, one: Candidate) -> None:
        work = partial(
            services.drive,
            run_id=one.run_id,
            candidate_id=one.pk,
            stopping=self.stop.is_set,
        )
        try:
            guarded(work, f"candidate {one.key}")
        finally:
            connection.close()

    def _redis_answers(self) -> bool:
        if not settings.REDIS_URL or not stores(settings.REDIS_URL):
            return False
        self._redis_seen = time.monotonic()
        return True

    def _patience(self) -> float:
        return float(settings.REDIS_GONE_SECONDS) if settings.REDIS_URL else 0.0


def _chore(name: str, queue_answers: bool) -> None:
    import_string(name)(queue_answers)


def guarded(step: Callable[[], object], what: str) -> None:
    """Take a step; what fails is logged and does not stop the others."""
    try:
        step()
    except DatabaseError:
        raise
    except Exception:
        log.exception("The dispatcher failed at %s", what)


def _leads() -> bool:
    """Say whether this dispatcher acts; the lock goes with the database session."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
