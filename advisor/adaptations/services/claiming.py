"""Who works on a job, and until when? A lease under a claim number, in its row.

Only the holder of the newest claim may write progress or an end. Cancelling ends the
row at once; the holder notices at its next heartbeat and kills the work.
"""

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import due_adaptations
from advisor.adaptations.services.paying import drop_reserved
from advisor.web.clock import from_now

S = Adaptation.State
MOST_DEATHS = 3
GAVE_UP = (
    "The work ended three times without a word, as when memory runs out. Try LoRA,"
    " fewer rows at once, or a smaller model."
)


def claim(pk: int) -> Adaptation | None:
    """Take a job for the length of a lease; None when there is nothing to take."""
    won = (
        due_adaptations()
        .filter(pk=pk)
        .update(
            state=S.RUNNING,
            claims=F("claims") + 1,
            # Who let a lease run out died, or stood still for as long.
            deaths=F("deaths")
            + Case(When(lease_until__isnull=False, then=1), default=0),
            lease_until=_lease(),
            started_at=Coalesce(F("started_at"), Now()),
        )
    )
    if not won:
        return None
    found = Adaptation.objects.select_related(
        "project__team", "setup__project__team", "setup__sample_set", "created_by"
    ).get(pk=pk)
    if found.deaths >= MOST_DEATHS:
        end(found, S.FAILED, problem=GAVE_UP)
        return None
    return found


def beat(adaptation: Adaptation, **seen: object) -> bool:
    """Go on holding a job and note how far it is; False when it is held no more."""
    return bool(mine(adaptation).update(lease_until=_lease(), **seen))


def beat_or_go_on(adaptation: Adaptation, **seen: object) -> bool:
    """Beat; True as well while the database is away, as when it is started again.

    It is away for everybody: who is late finds at the next beat whose job it is.
    """
    try:
        return beat(adaptation, **seen)
    except OperationalError:
        if not connection.in_atomic_block:
            connection.close()
        return True


def release(adaptation: Adaptation, **seen: object) -> bool:
    """Hand a job back to whoever goes on with it; False when it is held no more."""
    left = mine(adaptation)
    return bool(left.update(lease_until=None, hinted_at=None, **seen))


def end(adaptation: Adaptation, state: str, **seen: object) -> bool:
    """End a job for good; False when it is held no more.

    Calls to its teacher that are still open are never answered: they count as billed.
    """
    # Before its row is locked: money is booked on the month's row first.
    if mine(adaptation).exists():
        drop_reserved(adaptation)
    return bool(
        mine(adaptation).update(
            state=state, lease_until=None, finished_at=Now(), stage="", **seen
        )
    )


def mine(adaptation: Adaptation) -> QuerySet[Adaptation]:
    """Return the row of a job while it is held under this claim."""
    return Adaptation.objects.filter(
        pk=adaptation.pk, state=S.RUNNING, claims=adaptation.claims
    )


def _lease() -> Combinable:
    # By the database's clock: those of two machines may differ by more than a lease.
    return from_now(settings.LEASE_SECONDS)
