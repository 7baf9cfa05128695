"""How long does somebody wait who has nothing to do? While others bring new work.

In one process news is heard at once; what another process does is looked for, soon at
first and then less often, as each look costs the database a few statements.
"""

import time
from dataclasses import dataclass, field

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.racing import advance
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import WORKING

# How soon somebody looks again, at first and at most.
SOON_SECONDS, LATE_SECONDS = 0.05, 0.2
# Beside a model of one's own, which works on a block for seconds: each look takes some
# of its cores' time, and without a race next to nothing comes meanwhile.
BESIDE_MODEL_SECONDS = 1.0
# For how long after the others of the run were last seen at work.
PATIENCE_SECONDS = 1.0


@dataclass(slots=True)
class Patience:
    """When one candidate's work is looked for again, and until when it is waited."""

    candidate: Candidate
    _again_s: float = field(init=False)
    _dry_until: float = 0.0
    _others_seen: float = float("-inf")

    def __post_init__(self) -> None:
        self._again_s = self._soon_s

    @property
    def _soon_s(self) -> float:
        alone = self.candidate.open_to is None
        own = self.candidate.engine == "transformers"
        return BESIDE_MODEL_SECONDS if own and alone else SOON_SECONDS

    @property
    def dry(self) -> bool:
        """Say whether nothing was due a moment ago."""
        return time.monotonic() < self._dry_until

    @property
    def rest_s(self) -> float:
        """Return the seconds until it is worth while to look."""
        return max(0.0, self._dry_until - time.monotonic())

    def found_nothing(self) -> None:
        """Look again a little later than the last time."""
        self._dry_until = time.monotonic() + self._again_s
        self._again_s = max(self._soon_s, min(LATE_SECONDS, 1.5 * self._again_s))

    def rest(self, seconds: float) -> None:
        """Look for nothing in the next ``seconds``."""
        self._dry_until = time.monotonic() + seconds

    def look_now(self) -> None:
        """Look at once: something has changed."""
        self._again_s, self._dry_until = self._soon_s, 0.0

    def is_worth_it(self, short_of_money: bool) -> bool:
        """Say whether more may soon be due; not for whom a race needs no longer."""
        if not is_needed(self.candidate):
            return False
        if others_at_work(self.candidate):
            self._others_seen = time.monotonic()
        patient = time.monotonic() - self._others_seen < PATIENCE_SECONDS
        return patient or short_of_money


def is_needed(one: Candidate) -> bool:
    """Say whether a candidate is still to be asked: at work, and not decided."""
    return Candidate.objects.filter(
        pk=one.pk, decision="", state__in=WORKING, run__state=Run.State.RUNNING
    ).exists()


def others_at_work(one: Candidate) -> bool:
    """Say whether a race may soon need more of a candidate, or of the reference.

    It does while others of the run are at work: what they bring opens the next blocks.
    """
    if one.open_to is None:
        return False
    held = Trial.objects.filter(run=one.run_id, state=Trial.State.LEASED)
    return held.exclude(candidate=one.pk).exists()


def spare(one: Candidate) -> None:
    """Skip what a candidate handed back if the race needs it no longer."""
    if one.role == Candidate.Role.REFERENCE:
        advance(one.run_id)
    elif Candidate.objects.filter(pk=one.pk).exclude(decision="").exists():
        skip(one.run_id, candidate_ids=[one.pk], why="decided")
