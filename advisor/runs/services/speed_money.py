"""Are the requests of a speed phase paid for within the cap? The same ledger.

They are attempts of their samples' trials, under claim numbers from 1,000 on, which no
lease ever reaches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from advisor.engines.base import Answer, Prompt
from advisor.engines.text import most_tokens
from advisor.projects.models import Sample
from advisor.runs.models import Attempt, Candidate, Run, Trial
from advisor.runs.services.bill import Bill
from advisor.runs.services.claiming import Claim
from advisor.runs.services.committing import unanswered
from advisor.runs.services.money import (
    close_attempts,
    reserve,
    settle,
    worst_price_micro,
)
from advisor.runs.services.pricing import Price

FIRST_NUMBER = 1000


def timed_trials(candidate_ids: Iterable[int]) -> list[int]:
    """Return the trials of candidates for which a timed request is still open."""
    found = Attempt.objects.filter(
        trial__candidate__in=list(candidate_ids),
        claim_no__gte=FIRST_NUMBER,
        state=Attempt.State.RESERVED,
    )
    return list(found.values_list("trial_id", flat=True))


@dataclass(slots=True, kw_only=True)
class Purse:
    """Pays for timed requests of one candidate; free ones cost nothing.

    ``empty`` says that no more is paid for, ``held`` that this is as the run stands
    still: it is no end of its money.
    """

    candidate: Candidate
    price: Price | None
    number: int = FIRST_NUMBER
    empty: bool = False
    held: bool = False
    dearest: int = 0
    _trials: dict[int, int] = field(default_factory=dict)
    _open: dict[int, list[Claim]] = field(default_factory=dict)
    _reserved: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, candidate: Candidate) -> "Purse":
        """Set up the purse; what an interrupted phase left open counts as billed."""
        price = Price.of(candidate.spec)
        priced = candidate.engine == "openai" and price is not None and price.by_token
        purse = cls(candidate=candidate, price=price if priced else None)
        if purse.price is None:
            return purse
        trials = Trial.objects.filter(candidate=candidate, repeat=0)
        purse._trials = dict(trials.values_list("sample_id", "pk"))
        ids = list(purse._trials.values())
        with transaction.atomic():
            close_attempts(ids, state=Attempt.State.UNKNOWN, code="speed_interrupted")
        last = Attempt.objects.filter(trial__in=ids).aggregate(last=Max("claim_no"))
        purse.dearest = Bill.of(candidate, priced=True).dearest
        purse.number = max(FIRST_NUMBER, (last["last"] or 0) + 1)
        return purse

    def allow(self, wanted: Sequence[tuple[Sample, Prompt]]) -> bool:
        """Reserve the worst price of all; False when the cap does not allow it."""
        price = self.price
        if price is None:
            return True
        claims = []
        for sample, prompt in wanted:
            worst = max(self._worst(price, prompt), self.dearest)
            claims.append((self._claim(sample), worst))
        paid = reserve(self.candidate.run_id, claims)
        self._reserved |= {claim.number: worst for claim, worst in claims}
        for claim in paid:
            self._open.setdefault(claim.sample_id, []).append(claim)
        if len(paid) == len(claims):
            return True
        running = Run.objects.filter(pk=self.candidate.run_id, state=Run.State.RUNNING)
        self.empty, self.held = True, not running.exists()
        with transaction.atomic():
            ids = [claim.trial_id for claim in paid]
            close_attempts(ids, state=Attempt.State.RELEASED, code="cap")
        return False

    def settle(self, sample: Sample, answer: Answer) -> None:
        """Replace the reserve of an answered request by what it cost.

        What failed is as good as billed, unless its server told or did no work.
        """
        if self.price is None:
            return
        claim = self._open[sample.pk].pop()
        cost = self.price.cost_micro(answer.prompt_tokens, answer.completion_tokens)
        if cost is not None and cost > self._reserved.pop(claim.number):
            # As in `Bill`: what follows is reserved at what the dearest call cost.
            self.dearest = max(self.dearest, cost)
        code = answer.failure.code[:60] if answer.failure else ""
        end: str = Attempt.State.SETTLED
        if answer.failure is not None and not cost:
            cost, end = None, unanswered(answer.failure)
        with transaction.atomic():
            settle(self.candidate.run_id, [(claim, cost, code, end)])

    def give_up(self) -> None:
        """Count requests whose answers never come as billed."""
        end, code = Attempt.State.UNKNOWN, "speed_interrupted"
        claims = [claim for sent in self._open.values() for claim in sent]
        with transaction.atomic():
            settle(self.candidate.run_id, [(one, None, code, end) for one in claims])
        self._open.clear()

    def _claim(self, sample: Sample) -> Claim:
        claim = Claim(
            trial_id=self._trials[sample.pk],
            sample_id=sample.pk,
            repeat=0,
            position=0,
            number=self.number,
            errors=0,
        )
        self.number += 1
        return claim

    def _worst(self, price: Price, prompt: Prompt) -> int:
        return worst_price_micro(
            prompt_tokens=most_tokens(prompt.text),
            max_output_tokens=prompt.max_output_tokens,
            input_per_1m=price.input_per_1m or 0.0,
            output_per_1m=price.output_per_1m or 0.0,
        )
