"""How is one claimed block answered? Prompts out, answers in, outcomes committed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from advisor.engines.base import (
    Engine,
    EngineSpec,
    Failure,
)
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Sample
from advisor.runs.models import Candidate
from advisor.runs.services.blocks import Block
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import Claim, Lease
from advisor.runs.services.judging import Judge
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.money import reserve, worst_price_micro
from advisor.runs.services.pricing import Price
from advisor.runs.services.prompting import Prompting
from advisor.runs.services.releasing import release
from advisor.runs.services.reuse import Reuse
from advisor.runs.services.states import move_candidate
from advisor.scoring.registry import scorer

DEFAULT_CONCURRENCY = EngineSpec(engine="", model="").concurrency


@dataclass(slots=True)
class Desk:
    """Where one candidate's blocks are answered, one after the other."""

    candidate: Candidate
    engine: Engine
    prompting: Prompting
    judge: Judge
    reuse: Reuse
    wrong_in_a_row: int = 0
    oversized_in_a_row: int = 0
    asked: dict[int, str] = field(default_factory=dict)
    _samples: dict[int, Sample] = field(default_factory=dict)

    @classmethod
    def of(cls, candidate: Candidate, engine: Engine) -> "Desk":
        """Set up the frozen prompt, scorer and price of a candidate."""
        manifest = candidate.run.manifest
        return cls(
            candidate=candidate,
            engine=engine,
            prompting=Prompting.of(manifest, recorded=candidate.engine == "recorded"),
            judge=Judge(
                scorer=scorer(manifest["scorer"]), price=Price.of(candidate.spec)
            ),
            reuse=Reuse.of(candidate, engine.facts()),
        )

    @property
    def priced(self) -> bool:
        """Say whether a call spends money; recorded answers and own machines do not."""
        price = self.judge.price
        return (
            self.candidate.engine == "openai" and price is not None and price.by_token
        )

    @property
    def calls_at_once(self) -> int:
        """Return how many calls the engine may have under way."""
        return int(self.candidate.spec.get("concurrency") or DEFAULT_CONCURRENCY)

    def answer(
        self, lease: Lease, keeper: Keeper, *, stopping: Callable[[], bool]
    ) -> int:
        """Answer what is held under ``lease``; return how many answers were stored.

        What could not be answered is handed back before this returns.
        """
        self._load(lease)
        with keeper.hold(lease.token):
            block = Block(desk=self, lease=lease, keeper=keeper, stopping=stopping)
            try:
                claims = self._paid(lease, self._new(block))
                if claims:
                    block.answer(claims)
            finally:
                block.close()
        return block.stored

    def _load(self, lease: Lease) -> None:
        wanted = [claim.sample_id for claim in lease.claims]
        self._samples = Sample.objects.in_bulk(wanted)

    def sample(self, claim: Claim) -> Sample:
        """Return the sample of a claim of the present block."""
        return self._samples[claim.sample_id]

    def _new(self, block: Block) -> list[Claim]:
        """Take over what an earlier run has answered; return the claims left to ask."""
        claims = block.lease.claims
        self.asked = {
            one.trial_id: self.reuse.key(
                self.prompting.ask(self.sample(one), repeat=one.repeat),
                repeat=one.repeat,
            )
            for one in claims
        }
        known = self.reuse.known(self.asked.values())
        for one in claims:
            if (answer := known.get(self.asked[one.trial_id])) is not None:
                block.take_over(one, answer)
        return [one for one in claims if self.asked[one.trial_id] not in known]

    def _paid(self, lease: Lease, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Return the claims that may be sent; hand back what the cap does not allow."""
        if not self.priced or not claims:
            return claims
        paid = reserve(
            self.candidate.run_id,
            [(claim, self._worst(claim)) for claim in claims],
        )
        ours = {claim.trial_id for claim in paid}
        left = [one for one in claims if one.trial_id not in ours]
        if left:
            release(lease.token, [one.trial_id for one in left], sent=False)
            stop_at_cap(self.candidate.run_id, self._worst(left[0]))
        return paid

    def _worst(self, claim: Claim) -> int:
        price = cast(Price, self.judge.price)
        prompt = self.prompting.prompt(self.sample(claim), claim)
        return worst_price_micro(
            prompt_tokens=estimate_tokens(prompt.text),
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
