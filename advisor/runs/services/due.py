"""Which trials may be claimed now, and which of them together?"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.states import WORKING

# After so many losses a trial whose worker went is claimed alone: its block was lost
# several times, and only a crash while holding one trial says which trial it was. One
# that an endpoint refused or that was handed back is under no suspicion.
SUSPECT_LOSSES = 3
LOST = "lease_expired"


class Due(NamedTuple):
    """A trial that may be claimed, as it stands."""

    pk: int
    sample_id: int
    repeat: int
    position: int
    block: int
    claims: int
    losses: int
    errors: int
    solo_crashes: int
    last_error_code: str

    @property
    def lost(self) -> bool:
        """Say whether its last worker went."""
        return self.claims > 0 and self.last_error_code == LOST

    @property
    def suspect(self) -> bool:
        """Say whether it may be what its workers went of."""
        return self.lost and self.losses >= SUSPECT_LOSSES


def due(
    candidate: Candidate, most: int | None, *, quarter: bool = False
) -> Sequence[Due]:
    """Lock and return the first trials that may be claimed; without ``most`` a block.

    ``quarter`` asks for the first quarter of what a race has opened at most.

    The candidate is read apart and not joined, so that the rows are taken from the
    index in its order, however many wait behind them.
    """
    working = Candidate.objects.filter(
        pk=candidate.pk, state__in=WORKING, run__state=Run.State.RUNNING
    )
    bound = working.values_list("open_to").first()
    if bound is None:
        return []
    found = Trial.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=Now()),
        candidate=candidate.pk,
        state=Trial.State.PENDING,
    )
    if bound[0] is not None:
        found = found.filter(block__lt=bound[0])
    found = found.order_by("position", "id").select_for_update(skip_locked=True)
    if most is None:
        first = found.values_list("block").first()
        found = found.filter(block__in=first or ())
    rows = [Due(*row) for row in found.values_list(*Due._fields)[:most]]
    return first_quarter(rows, bound[0]) if quarter else rows


def first_quarter(rows: Sequence[Due], open_to: int | None) -> Sequence[Due]:
    """Return the rows of the first quarter of the blocks that a race has opened.

    How far it is opened tells how far the decision is thought to be: what is claimed
    together with the decision was asked for nothing.
    """
    if not rows or open_to is None:
        return rows
    end = rows[0].block + (open_to - rows[0].block + 3) // 4
    return [one for one in rows if one.block < end]


def claimed_together(
    rows: Sequence[Due], most: int | None, *, alone: bool
) -> Sequence[Due]:
    """Return the trials that are claimed with the first one.

    A suspect is claimed when nothing else is held, and alone; what was lost before
    only with its own block, so that one bad trial makes few others suspect.
    """
    if not rows:
        return ()
    first = rows[0]
    if first.suspect:
        return [first] if alone else []
    others = [one for one in rows if not one.suspect]
    if most is None or first.lost:
        return [one for one in others if one.block == first.block]
    return others
