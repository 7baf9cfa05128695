"""Who works on what, and until when? Leases on blocks of trials.

A block is claimed whole under one token. Only the database's clock decides whether a
lease holds; only the holder of token and claim number may store an answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.states import WORKING

# From this claim on a trial whose worker went is claimed alone: its block was lost
# several times, and only a crash while holding one trial says which trial it was. One
# that an endpoint refused or that was handed back is under no suspicion.
SUSPECT_CLAIMS = 3
LOST = "lease_expired"
SUSPECT = Q(claims__gte=SUSPECT_CLAIMS, last_error_code=LOST)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The claims held under one token, in the fixed random order."""

    token: UUID
    candidate_id: int
    claims: tuple[Claim, ...]


def from_now(seconds: float) -> Combinable:
    """Return the database's time in ``seconds``."""
    return ExpressionWrapper(
        Now() + timedelta(seconds=seconds), output_field=DateTimeField()
    )


def claimable(candidate_ids: Iterable[int]) -> Q:
    """Return the filter of trials that may be claimed now."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    return (
        due
        & is_opened()
        & Q(
            candidate__in=list(candidate_ids),
            state=Trial.State.PENDING,
            candidate__state__in=WORKING,
            run__state=Run.State.RUNNING,
        )
    )


def is_opened() -> Q:
    """Return the filter of trials of blocks that a race has opened."""
    unbounded = Q(candidate__open_to__isnull=True)
    return unbounded | Q(block__lt=F("candidate__open_to"))


@transaction.atomic
def claim_block(candidate: Candidate, *, lease_s: float | None = None) -> Lease | None:
    """Claim what is pending of the first block; None when nothing is due.

    Rows that another worker is claiming at this moment are passed over.
    """
    due = Trial.objects.filter(claimable([candidate.pk])).order_by("position", "id")
    due = due.select_for_update(skip_locked=True, of=("self",))
    first = due.first()
    if first is None:
        return None
    if first.claims >= SUSPECT_CLAIMS and first.last_error_code == LOST:
        rows = [first]
    else:
        rows = list(due.filter(block=first.block).exclude(SUSPECT))
    token = uuid4()
    Trial.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Trial.State.LEASED,
        lease_token=token,
        lease_until=from_now(lease_s or settings.LEASE_SECONDS),
        claims=F("claims") + 1,
        not_before=None,
    )
    claims = tuple(
        Claim(
            trial_id=row.pk,
            sample_id=row.sample_id,
            repeat=row.repeat,
            position=row.position,
            number=row.claims + 1,
            errors=row.errors,
            solo_crashes=row.solo_crashes,
        )
        for row in rows
    )
    return Lease(token=token, candidate_id=candidate.pk, claims=claims)


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
