"""Is the work still ours? The heartbeat beside a slice of work."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from advisor.runs.services.claiming import Claim, beat, revive

log = logging.getLogger(__name__)


class LostError(Exception):
    """The lease is gone, and with it the engine; ``stored`` answers were in by then."""

    def __init__(self, stored: int) -> None:
        super().__init__(stored)
        self.stored = stored


class Keeper:
    """Extends one lease after the other from a thread of its own.

    ``take`` names the lease of the present work, ``let_go`` ends it: before the last of
    it is committed, as a heartbeat that comes just after would find nothing of it and
    take it for lost. ``lost`` is set when the lease is gone, the run is cancelled, or
    the database was out of reach for two thirds of a lease: then the work is to be
    dropped, and ``on_lost`` is called from the thread to end a call that is under way.
    A beat that gets no answer at all is noticed by ``tick`` as well.
    Inside an open transaction another connection cannot see the rows; there ``tick``,
    called between answers, beats.
    """

    def __init__(self, on_lost: Callable[[], None] | None = None) -> None:
        self._on_lost = on_lost
        self.lost = threading.Event()
        self._token: UUID | None = None
        self._unit: int | None = None
        self._claims: dict[int, int] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._last = time.monotonic()
        self._asking_since: float | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Keeper":
        if not connection.in_atomic_block:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def take(self, token: UUID, claims: Iterable[Claim] = ()) -> None:
        """Keep the lease of ``token``, claimed or extended just now by ``claims``."""
        with self._lock:
            if self._token != token:
                self.lost.clear()
                self._claims.clear()
            self._token = token
            self._claims |= {one.trial_id: one.number for one in claims}
            self._last = time.monotonic()

    def let_go(self) -> None:
        """Keep nothing: what is left of the lease is long enough to end the work."""
        with self._lock:
            self._token = self._unit = None

    @contextmanager
    def hold(self, token: UUID, candidate_id: int) -> Iterator["Keeper"]:
        """Keep a candidate's own lease, taken just now, until the end of the block."""
        self.take(token)
        self._unit = candidate_id
        try:
            yield self
        finally:
            self.let_go()

    def tick(self) -> bool:
        """Beat if no thread does and one is due; True while the work is ours."""
        waited = time.monotonic() - self._last
        if self._thread is None and waited > settings.HEARTBEAT_SECONDS:
            self._beat()
        elif self._is_cut_off():
            self.lost.set()
        return not self.lost.is_set()

    def _is_cut_off(self) -> bool:
        """Say whether the present beat hangs, so that the lease may be over unseen."""
        since, now = self._asking_since, time.monotonic()
        if since is None or now - since < settings.HEARTBEAT_SECONDS:
            return False
        return bool(now - self._last > settings.LEASE_SECONDS * 2 / 3)

    def _run(self) -> None:
        try:
            while not self._done.wait(settings.HEARTBEAT_SECONDS):
                with self._lock:
                    self._beat()
                    given_up = self._token is not None and self.lost.is_set()
                if given_up and self._on_lost is not None:
                    self._on_lost()
                    self._on_lost = None
        finally:
            connection.close()

    def _beat(self) -> None:
        if self._token is None:
            return
        self._asking_since = time.monotonic()
        try:
            held = beat(self._token) or self._revive(self._token)
        except DatabaseError as error:
            connection.close()
            log.warning("A heartbeat did not reach the database: %s", error)
            waited = time.monotonic() - self._last
            if waited > settings.LEASE_SECONDS * 2 / 3:
                self.lost.set()
            return
        finally:
            self._asking_since = None
        self._last = time.monotonic()
        if not held:
            self.lost.set()

    def _revive(self, token: UUID) -> bool:
        """Take the work up again where a late heartbeat made it anybody's."""
        late = time.monotonic() - self._last > settings.HEARTBEAT_SECONDS * 2
        if not late or self.lost.is_set():
            return False
        return revive(token, dict(self._claims), candidate_id=self._unit)
