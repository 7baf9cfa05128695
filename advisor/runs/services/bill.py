"""Does a server bill more for a call than it may cost?

Reserves are made at the worst price, so that a server that counts as it should cannot
pass a cap. One that counts a hundred times as much can: hence the first call to it goes
alone where a cap holds, and from a call on that was too dear each is reserved at what
the dearest one cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F, Max

from advisor.accounts.services import micro
from advisor.runs.models import Attempt, Candidate
from advisor.runs.services.judging import Outcome
from advisor.runs.services.states import note
from advisor.sizing import formats


@dataclass(slots=True, kw_only=True)
class Bill:
    """What calls of one candidate were billed, in micro, beside what was reserved.

    ``proven`` says that it was billed before, or that no cap holds; ``too_dear`` that a
    call under this bill cost more than its reserve.
    """

    candidate: Candidate
    proven: bool
    dearest: int = 0
    too_dear: bool = False
    _reserved: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, candidate: Candidate, *, priced: bool) -> "Bill":
        """Read what the candidate was billed up to now."""
        run = candidate.run
        uncapped = run.cap_micro is None and run.team.month_cap_micro is None
        if not priced:
            return cls(candidate=candidate, proven=True)
        billed = Attempt.objects.filter(
            trial__candidate=candidate, state=Attempt.State.SETTLED, cost_micro__gt=0
        )
        too_dear = billed.filter(cost_micro__gt=F("reserved_micro"))
        return cls(
            candidate=candidate,
            proven=uncapped or billed.exists(),
            dearest=too_dear.aggregate(most=Max("cost_micro"))["most"] or 0,
        )

    def reserve_for(self, worst: Mapping[int, int]) -> dict[int, int]:
        """Return what to reserve by trial, given the worst prices; they are noted."""
        reserved = {pk: max(price, self.dearest) for pk, price in worst.items()}
        self._reserved |= reserved
        return reserved

    def came(self, outcome: Outcome) -> None:
        """Take in what became of a call."""
        reserved = self._reserved.pop(outcome.claim.trial_id, None)
        billed = outcome.row.cost_usd if outcome.row else None
        if reserved is None or billed is None:
            return
        cost = micro(billed)
        self.proven = self.proven or cost > 0
        if cost > reserved:
            if not self.dearest:
                self._tell(cost, reserved)
            self.too_dear, self.dearest = True, max(self.dearest, cost)

    def _tell(self, cost: int, reserved: int) -> None:
        key = self.candidate.key
        note(
            self.candidate.run_id,
            candidate_id=self.candidate.pk,
            kind="money",
            level="error",
            text=(
                f"{key}: a call was billed {formats.money(cost / 1e6)}, where"
                f" {formats.money(reserved / 1e6)} is the most it may cost. Check the"
                " endpoint's price and its usage figures."
            ),
        )
