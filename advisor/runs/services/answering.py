"""What does it take to answer for one candidate? Prompt, scorer, price and purse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from advisor.engines.base import (
    Engine,
    EngineSpec,
    Failure,
    Prompt,
)
from advisor.engines.overlapping import Overlapping
from advisor.engines.text import most_tokens
from advisor.runs.models import Candidate
from advisor.runs.services.bill import Bill
from advisor.runs.services.blocks import Block
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import Claim
from advisor.runs.services.judging import Judge, Outcome
from advisor.runs.services.money import is_short, reserve, worst_price_micro
from advisor.runs.services.pricing import Price
from advisor.runs.services.prompting import Prompting
from advisor.runs.services.reuse import Reuse
from advisor.runs.services.states import move_candidate
from advisor.scoring.registry import scorer

DEFAULT_CONCURRENCY = EngineSpec(engine="", model="").concurrency


@dataclass(slots=True)
class Desk:
    """Where one candidate's blocks are answered.

    ``short_of_money`` says that the caps do not allow more until calls under way ended.
    """

    candidate: Candidate
    engine: Engine
    prompting: Prompting
    judge: Judge
    reuse: Reuse
    bill: Bill
    wrong_in_a_row: int = 0
    oversized_in_a_row: int = 0
    short_of_money: bool = False

    @classmethod
    def of(cls, candidate: Candidate, engine: Engine) -> "Desk":
        """Set up the frozen prompt, scorer and price of a candidate."""
        manifest = candidate.run.manifest
        price = Price.of(candidate.spec)
        return cls(
            candidate=candidate,
            engine=engine,
            prompting=Prompting.of(
                manifest,
                recorded=candidate.engine == "recorded",
                keyed=candidate.engine == "openai",
            ),
            judge=Judge(scorer=scorer(manifest["scorer"]), price=price),
            reuse=Reuse.of(candidate, engine.facts()),
            bill=Bill.of(candidate, priced=_is_priced(candidate, price)),
        )

    @property
    def priced(self) -> bool:
        """Say whether a call spends money; recorded answers and own machines do not."""
        return _is_priced(self.candidate, self.judge.price)

    @property
    def calls_at_once(self) -> int:
        """Return how many calls the engine may have under way."""
        return int(self.candidate.spec.get("concurrency") or DEFAULT_CONCURRENCY)

    def keys(
        self, claims: Sequence[Claim], asked: Mapping[int, Prompt]
    ) -> dict[int, str]:
        """Return by trial the hash of what is asked, where the model is pinned."""
        if not self.reuse.pin:
            return {}
        return {
            one.trial_id: self.reuse.key(asked[one.trial_id], repeat=one.repeat)
            for one in claims
        }

    def paid(self, block: Block, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Return the claims that may be sent; hand back what the caps do not allow.

        Reserves are at the worst price: what calls under way turn out not to cost may
        pay for others, so that a run stops at its cap only when none is.
        """
        self.short_of_money = False
        if not self.priced or not claims:
            return claims
        worst = {one.trial_id: self._worst(block, one) for one in claims}
        prices = self.bill.reserve_for(worst)
        run_id = self.candidate.run_id
        wanted = claims if self.bill.proven else claims[:1]
        paid = reserve(run_id, [(one, prices[one.trial_id]) for one in wanted])
        ours = {claim.trial_id for claim in paid}
        left = [one.trial_id for one in claims if one.trial_id not in ours]
        if left:
            block.hand_back(left, sent=False)
            self.short_of_money = not is_short(run_id, prices[left[0]])
            if not self.short_of_money:
                stop_at_cap(run_id, prices[left[0]])
        return paid

    def came(self, outcome: Outcome) -> None:
        """Take in what became of a call.

        To a server that bills too much nothing more is sent of what stands in line:
        it was reserved too low.
        """
        self.bill.came(outcome)
        if self.bill.too_dear and isinstance(self.engine, Overlapping):
            self.engine.send_no_more()

    def _worst(self, block: Block, claim: Claim) -> int:
        price = cast(Price, self.judge.price)
        prompt = block.asked[claim.trial_id]
        return worst_price_micro(
            prompt_tokens=most_tokens(prompt.text),
            max_output_tokens=prompt.max_output_tokens,
            input_per_1m=price.input_per_1m or 0.0,
            output_per_1m=price.output_per_1m or 0.0,
        )

    def pause(self, failure: Failure) -> None:
        """Pause the candidate: the server refuses its configuration."""
        move_candidate(
            self.candidate,
            to=Candidate.State.PAUSED,
            text=f"{self.candidate.key} was paused: {failure.message}",
            level="error",
            reason=failure.message[:500],
        )


def _is_priced(candidate: Candidate, price: Price | None) -> bool:
    return candidate.engine == "openai" and price is not None and price.by_token
