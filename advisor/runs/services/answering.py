"""How is one claimed block answered? Prompts out, answers in, outcomes committed."""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import cast

from advisor.engines.base import Answer, Engine, EngineError, Failure, Prompt
from advisor.engines.retrying import retry_class
from advisor.engines.text import estimate_tokens
from advisor.projects.models import Sample
from advisor.runs.models import Candidate, Run
from advisor.runs.services.claiming import Claim, Lease
from advisor.runs.services.committing import commit
from advisor.runs.services.judging import Judge, Outcome, Price, broken, lost
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.money import reserve, worst_price_micro
from advisor.runs.services.prompting import Prompting
from advisor.runs.services.reaping import skip
from advisor.runs.services.releasing import release
from advisor.runs.services.states import move_candidate, move_run
from advisor.scoring.registry import scorer

log = logging.getLogger(__name__)

# A slow block is stored in parts, so that a crash loses at most this much work.
FLUSH_SECONDS = 2.0
CONFIGURATION_FAILURES = 2
OVERSIZED = 3


@dataclass(slots=True)
class Desk:
    """Where one candidate's blocks are answered, one after the other."""

    candidate: Candidate
    engine: Engine
    prompting: Prompting
    judge: Judge
    wrong_in_a_row: int = 0
    oversized_in_a_row: int = 0
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
        )

    @property
    def priced(self) -> bool:
        """Say whether a call spends money; recorded answers and own machines do not."""
        return self.candidate.engine == "openai" and self.judge.price is not None

    def answer(
        self, lease: Lease, keeper: Keeper, *, stopping: Callable[[], bool]
    ) -> int:
        """Answer what is held under ``lease``; return how many answers were stored.

        What could not be answered is handed back before this returns.
        """
        self._load(lease)
        with keeper.hold(lease.token):
            claims = self._paid(lease)
            block = Block(desk=self, lease=lease, keeper=keeper, stopping=stopping)
            try:
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

    def _paid(self, lease: Lease) -> Sequence[Claim]:
        """Return the claims that may be sent; hand back what the cap does not allow."""
        if not self.priced:
            return lease.claims
        paid = reserve(
            self.candidate.run_id,
            [(claim, self._worst(claim)) for claim in lease.claims],
        )
        ours = {claim.trial_id for claim in paid}
        left = [one.trial_id for one in lease.claims if one.trial_id not in ours]
        if left:
            release(lease.token, left, sent=False)
            self._stop_at_cap()
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

    def _stop_at_cap(self) -> None:
        stopped = move_run(
            self.candidate.run_id,
            to=Run.State.BUDGET_STOPPED,
            text="The next call could pass the cap, so it was not sent. Raise the cap"
            " to go on.",
            level="warning",
        )
        if stopped:
            skip(self.candidate.run_id, why="budget")

    def pause(self, failure: Failure) -> None:
        """Pause the candidate: the server refuses its configuration."""
        move_candidate(
            self.candidate,
            to=Candidate.State.PAUSED,
            text=f"{self.candidate.key} was paused: {failure.message}",
            level="error",
            reason=failure.message[:500],
        )


@dataclass(slots=True, kw_only=True)
class Block:
    """The answers of one lease, on their way into the database."""

    desk: Desk
    lease: Lease
    keeper: Keeper
    stopping: Callable[[], bool]
    stored: int = 0
    _ready: list[Outcome] = field(default_factory=list)
    _open: dict[int, Claim] = field(default_factory=dict)
    _sent: set[int] = field(default_factory=set)
    _flushed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._open = {claim.trial_id: claim for claim in self.lease.claims}

    def answer(self, claims: Sequence[Claim]) -> None:
        """Answer claims of the lease until all are, or the work is to end."""
        desk = self.desk
        waiting: dict[str, deque[Claim]] = defaultdict(deque)
        prompts: list[Prompt] = []
        for claim in claims:
            prompt = desk.prompting.prompt(desk.sample(claim), claim)
            prompts.append(prompt)
            waiting[prompt.id].append(claim)
        self._sent.update(claim.trial_id for claim in claims)
        answers = desk.engine.answer(prompts)
        try:
            with closing(answers):  # type: ignore[type-var]
                for answer in answers:
                    if not self._take(waiting[answer.prompt_id].popleft(), answer):
                        break
        except EngineError:
            raise
        except Exception as error:
            log.exception("The engine of %s broke", desk.candidate.key)
            left = [claim for queue in waiting.values() for claim in queue]
            for claim, answer in lost(left, broken(error)):
                self._take(claim, answer)
            raise EngineError(broken(error)) from error

    def _take(self, claim: Claim, answer: Answer) -> bool:
        """Judge one answer; False when the work is to end after it."""
        desk = self.desk
        if not self.keeper.tick():
            self._ready.clear()
            self._open.clear()
            return False
        outcome = desk.judge.outcome(claim, answer, desk.sample(claim))
        self._ready.append(outcome)
        self._open.pop(claim.trial_id, None)
        if self._refused(outcome.failure):
            return False
        if time.monotonic() - self._flushed > FLUSH_SECONDS:
            self.flush()
        return not self.stopping()

    def _refused(self, failure: Failure | None) -> bool:
        """Count refusals in a row: two of them pause the candidate.

        Three answers in a row that ran out of memory say that the model does not fit.
        """
        desk = self.desk
        if failure is not None and failure.code == "out_of_memory":
            desk.oversized_in_a_row += 1
            if desk.oversized_in_a_row >= OVERSIZED:
                self.flush()
                raise EngineError(failure)
        else:
            desk.oversized_in_a_row = 0
        if failure is None or retry_class(failure) != "configuration":
            desk.wrong_in_a_row = 0
            return False
        desk.wrong_in_a_row += 1
        if desk.wrong_in_a_row < CONFIGURATION_FAILURES:
            return False
        desk.pause(failure)
        return True

    def flush(self) -> None:
        """Store what is answered so far."""
        if self._ready:
            done = commit(
                self.lease,
                self._ready,
                candidate=self.desk.candidate,
                priced=self.desk.priced,
            )
            self.stored += done.stored
        self._ready.clear()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Store what is answered and hand back the rest."""
        self.flush()
        for sent in (True, False):
            left = [pk for pk in self._open if (pk in self._sent) is sent]
            if left:
                release(self.lease.token, left, sent=sent)
        self._open.clear()
