"""How does one lease's block of answers get into the database?

Answers are judged as they come and committed with the block, or every two seconds of
a slow one; what stays unanswered is handed back.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from advisor.engines.base import Answer, EngineError, Failure, Prompt
from advisor.engines.pacing import Paced
from advisor.engines.retrying import retry_class
from advisor.runs.services.claiming import Claim, Lease
from advisor.runs.services.committing import commit_patiently
from advisor.runs.services.judging import Outcome, broken, lost
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.releasing import release

if TYPE_CHECKING:
    from advisor.runs.services.answering import Desk

log = logging.getLogger(__name__)

# A slow block is stored in parts, so that a crash loses at most this much work.
FLUSH_SECONDS = 2.0
CONFIGURATION_FAILURES = 2
OVERSIZED = 3
NOT_SENT = "not_sent"
# Faults of an endpoint that is down use up no try of a sample, within reason: a sample
# that its server cannot stand must come to an end as well.
FORGIVEN_CLAIMS = 10


@dataclass(slots=True, kw_only=True)
class Block:
    """The answers of one lease, on their way into the database."""

    desk: "Desk"
    lease: Lease
    keeper: Keeper
    stopping: Callable[[], bool]
    stored: int = 0
    _ready: list[Outcome] = field(default_factory=list)
    _open: dict[int, Claim] = field(default_factory=dict)
    _sent: set[int] = field(default_factory=set)
    _refusing: bool = False
    _waiting_since: float = field(default_factory=time.monotonic)

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
            if self.keeper.lost.is_set():
                # The engine was closed under its own work: nobody wants it any more.
                self.drop()
                return
            log.exception("The engine of %s broke", desk.candidate.key)
            left = [claim for queue in waiting.values() for claim in queue]
            for claim, answer in lost(left, broken(error)):
                self._take(claim, answer)
            raise EngineError(broken(error)) from error

    def take_over(self, claim: Claim, answer: Answer) -> None:
        """Judge an answer that an earlier run was given; nothing is sent for it."""
        desk = self.desk
        outcome = desk.judge.outcome(claim, answer, desk.sample(claim))
        if outcome.row is None:
            return
        outcome.row.cached = True
        outcome.row.asked_sha256 = desk.asked[claim.trial_id]
        self._ready.append(outcome)
        self._open.pop(claim.trial_id, None)

    def _take(self, claim: Claim, answer: Answer) -> bool:
        """Judge one answer; False when the work is to end after it."""
        desk = self.desk
        if not self.keeper.tick():
            self.drop()
            return False
        if answer.failure is not None and answer.failure.code == NOT_SENT:
            # It stays open, and is handed back as it came.
            self._sent.discard(claim.trial_id)
            return True
        outcome = desk.judge.outcome(claim, answer, desk.sample(claim))
        if not self._ready:
            self._waiting_since = time.monotonic()
        if outcome.row is not None and outcome.failure is None:
            outcome.row.asked_sha256 = desk.asked.get(claim.trial_id, "")
        self._ready.append(outcome)
        self._open.pop(claim.trial_id, None)
        if self._refused(outcome.failure):
            return False
        if time.monotonic() - self._waiting_since > FLUSH_SECONDS:
            self.flush()
        return not self.stopping()

    def drop(self) -> None:
        """Forget the block: its trials are somebody else's, or nobody's, by now."""
        self._ready.clear()
        self._open.clear()

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
        self._refusing = True
        return True

    def flush(self) -> None:
        """Store what is answered so far."""
        if self._ready:
            done = commit_patiently(
                self.lease,
                [self._forgiven(one) for one in self._ready],
                candidate=self.desk.candidate,
                priced=self.desk.priced,
            )
            self.stored += done.stored
        self._ready.clear()

    def _forgiven(self, outcome: Outcome) -> Outcome:
        engine = self.desk.engine
        pace = engine.pace if isinstance(engine, Paced) else None
        down = pace and pace.stopped and pace.stopped.kind == "down"
        if down and outcome.row is None:
            counts = outcome.claim.number > FORGIVEN_CLAIMS
            return replace(outcome, counts=outcome.counts and counts)
        return outcome

    def close(self) -> None:
        """Store what is answered and hand back the rest.

        An engine sends in order and has at most ``concurrency`` calls under way; a
        server that refuses is sent nothing more.
        """
        self.flush()
        most = 0 if self._refusing else self.desk.calls_at_once
        left = list(self._open)
        under_way = [pk for pk in left if pk in self._sent][:most]
        rest = [pk for pk in left if pk not in under_way]
        for ids, sent in ((under_way, True), (rest, False)):
            if ids:
                release(self.lease.token, ids, sent=sent)
        self._open.clear()
