"""Who is asked beside whom? In a race the reference answers while candidates do.

A reference behind an endpoint takes most of the time of a race, and waiting for it
takes no processor: so one worker asks it from a second thread, while it works on the
candidates one after the other. Times are measured alone.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

from django.conf import settings
from django.db import connection

from advisor.runs.models import Candidate, Run
from advisor.runs.services.driving import drive, never
from advisor.runs.services.hints import due_candidates
from advisor.runs.services.holding import close_own_engine
from advisor.runs.services.news import tell
from advisor.runs.services.states import WORKING

log = logging.getLogger(__name__)

REFERENCE = Candidate.Role.REFERENCE


def drive_beside(
    one: Candidate,
    *,
    stopping: Callable[[], bool] = never,
    anywhere: bool = False,
) -> None:
    """Work a slice on a candidate, and beside it on the reference of its race.

    ``anywhere`` says that this process serves every queue; a worker only asks a
    reference of its own. Within a transaction another thread would see no rows: there
    one follows the other.
    """
    reference = None if connection.in_atomic_block else _reference_of(one, anywhere)
    first = None if one.role == REFERENCE else one
    if reference is None or not (first or _next_due(reference, one.queue, anywhere)):
        drive(run_id=one.run_id, candidate_id=one.pk, stopping=stopping)
        return
    pair = Pair(reference=reference, stopping=stopping)
    try:
        while not pair.over():
            now = first or _next_due(reference, one.queue, anywhere)
            if now is None:
                break
            first = None
            pair.drive(now)
    finally:
        pair.end()


@dataclass(slots=True, kw_only=True)
class Pair:
    """A reference that is asked from a thread of its own until ``end``."""

    reference: Candidate
    stopping: Callable[[], bool]
    _until: float = field(init=False)
    _enough: Event = field(default_factory=Event)
    _thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + settings.SLICE_SECONDS
        self._thread = Thread(target=self._ask_reference, name="reference")
        self._thread.start()

    def over(self) -> bool:
        """Say whether the slice ends here."""
        return time.monotonic() >= self._until or self.stopping()

    def drive(self, candidate: Candidate) -> None:
        """Work on a candidate for what is left of the slice."""
        drive(
            run_id=candidate.run_id,
            candidate_id=candidate.pk,
            seconds=max(0.1, self._until - time.monotonic()),
            stopping=self.stopping,
            before_timing=self.end,
        )

    def end(self) -> None:
        """Send the reference nothing more; what is under way is waited for."""
        self._enough.set()
        tell(self.reference.run_id)
        self._thread.join()

    def _ask_reference(self) -> None:
        try:
            drive(
                run_id=self.reference.run_id,
                candidate_id=self.reference.pk,
                seconds=max(0.1, self._until - time.monotonic()),
                stopping=self.stopping,
                enough=self._enough.is_set,
            )
        except Exception:
            # Whatever is held runs out, and the next slice tries again.
            log.exception("Asking %s beside the others broke", self.reference.key)
        finally:
            close_own_engine()
            connection.close()


def _reference_of(one: Candidate, anywhere: bool) -> Candidate | None:
    """Return the reference that can be asked beside ``one``; None where it cannot."""
    if one.open_to is None:
        return None
    found = Candidate.objects.filter(
        run=one.run_id,
        role=REFERENCE,
        engine="openai",
        state__in=WORKING,
        run__state__in=(Run.State.QUEUED, Run.State.RUNNING),
    )
    return (found if anywhere else found.filter(queue=one.queue)).first()


def _next_due(
    reference: Candidate, queue: str, anywhere: bool = False
) -> Candidate | None:
    """Return the candidate of the race that is worked on next."""
    due = due_candidates([reference.run_id])
    ours = [one for one in due if anywhere or one.queue == queue]
    return next((one for one in ours if one.role != REFERENCE), None)
