"""Who works on what, and until when? Leases on blocks of trials.

One token holds the blocks that a worker has in hand. Only the database's clock decides
whether a lease holds; only the holder of token and claim number may store an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Now

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.among import Among
from advisor.runs.services.due import LOST, SUSPECT_LOSSES, Due, claimed_together, due
from advisor.runs.services.states import WORKING
from advisor.web.clock import from_now

MAY_END = (Run.State.RUNNING, Run.State.PAUSED, Run.State.BUDGET_STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One trial in somebody's hands; ``number`` fences off every older claim."""

    trial_id: int
    sample_id: int
    repeat: int
    position: int
    number: int
    errors: int
    solo_crashes: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The claims held under one token, in the fixed random order."""

    token: UUID
    candidate_id: int
    claims: tuple[Claim, ...]

    @property
    def is_suspect(self) -> bool:
        """Say whether one trial is held alone because its workers went."""
        return len(self.claims) == 1 and self.claims[0].losses >= SUSPECT_LOSSES


def is_opened() -> Q:
    """Return the filter of trials of blocks that a race has opened."""
    unbounded = Q(candidate__open_to__isnull=True)
    return unbounded | Q(block__lt=F("candidate__open_to"))


@transaction.atomic
def claim_block(
    candidate: Candidate,
    *,
    lease_s: float | None = None,
    most: int | None = None,
    token: UUID | None = None,
    quarter: bool = False,
) -> Lease | None:
    """Claim what is pending of the first block; None when nothing is due.

    With ``most`` as many trials as that, of the blocks that follow as well; with
    ``token`` under the lease that is held already; with ``quarter`` no more than a
    quarter of the blocks that a race has opened. Rows that another worker is claiming
    at this moment are passed over.
    """
    rows = claimed_together(
        due(candidate, most, quarter=quarter), most, alone=token is None
    )
    if not rows:
        return None
    token = token or uuid4()
    Trial.objects.filter(Among("pk", [row.pk for row in rows])).update(
        state=Trial.State.LEASED,
        lease_token=token,
        lease_until=from_now(lease_s or settings.LEASE_SECONDS),
        claims=F("claims") + 1,
        not_before=None,
    )
    claims = tuple(_next_claim(row) for row in rows)
    return Lease(token=token, candidate_id=candidate.pk, claims=claims)


def _next_claim(row: Due) -> Claim:
    return Claim(
        trial_id=row.pk,
        sample_id=row.sample_id,
        repeat=row.repeat,
        position=row.position,
        number=row.claims + 1,
        errors=row.errors,
        solo_crashes=row.solo_crashes,
        losses=row.losses,
    )


def beat(token: UUID, *, lease_s: float | None = None) -> bool:
    """Extend whatever is held under ``token``; False when it is no longer held.

    A lease of trials and the lease of a candidate are extended alike;
    a run that is being cancelled extends nothing, so that its calls end. Work of a run
    that was paused or reached its cap may end: it is paid for.
    """
    until = from_now(lease_s or settings.LEASE_SECONDS)
    going = Run.objects.filter(pk=OuterRef("run_id"), state__in=MAY_END)
    held = Trial.objects.filter(lease_token=token, state=Trial.State.LEASED)
    if held.filter(Exists(going)).update(lease_until=until):
        return True
    unit = Candidate.objects.filter(lease_token=token)
    return bool(unit.filter(Exists(going)).update(lease_until=until))


@transaction.atomic
def revive(
    token: UUID, claims: Mapping[int, int], *, candidate_id: int | None = None
) -> bool:
    """Take up again what was taken back for a late heartbeat, if nobody has it yet.

    ``claims`` are the held trials with their claim numbers: a number that is still the
    latest says that nobody else was asked. ``candidate_id`` names the candidate whose
    lease it was; it was neither crash nor loss, so it counts as none. False when all
    of it is somebody else's.
    """
    until = from_now(settings.LEASE_SECONDS)
    going = Exists(Run.objects.filter(pk=OuterRef("run_id"), state__in=MAY_END))
    if candidate_id is not None:
        freed = Candidate.objects.filter(
            going,
            pk=candidate_id,
            lease_token__isnull=True,
            state__in=(*WORKING, Candidate.State.SPEED),
        )
        crashes = Greatest(F("crashes") - 1, 0)
        return bool(freed.update(lease_token=token, lease_until=until, crashes=crashes))
    lost = Trial.objects.filter(
        going, pk__in=list(claims), state=Trial.State.PENDING, last_error_code=LOST
    )
    rows = lost.select_for_update(skip_locked=True, of=("self",))
    ours = [row.pk for row in rows if row.claims == claims[row.pk]]
    # What was held alone was counted as what its worker went of.
    alone = int(len(ours) == 1)
    return bool(
        Trial.objects.filter(pk__in=ours).update(
            state=Trial.State.LEASED,
            lease_token=token,
            lease_until=until,
            losses=Greatest(F("losses") - 1, 0),
            solo_crashes=Greatest(F("solo_crashes") - alone, 0),
            not_before=None,
        )
    )


@transaction.atomic
def claim_unit(candidate: Candidate) -> UUID | None:
    """Take the lease on what is one unit: opening a model, measuring its speed.

    None when another worker has it.
    """
    token = uuid4()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    taken = Candidate.objects.filter(
        free,
        pk=candidate.pk,
        state__in=(*WORKING, Candidate.State.SPEED),
        run__state=Run.State.RUNNING,
    ).update(lease_token=token, lease_until=from_now(settings.LEASE_SECONDS))
    return token if taken else None


def free_unit(candidate: Candidate, token: UUID) -> None:
    """Give back the lease on a candidate."""
    held = Candidate.objects.filter(pk=candidate.pk, lease_token=token)
    held.update(lease_token=None, lease_until=None)
