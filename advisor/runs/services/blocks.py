"""How does one lease's block of answers get into the database?

Answers are judged as they come and committed with the block, or every two seconds of
a slow one; what stays unanswered is handed back.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import DatabaseError

from advisor.engines.base import Answer, EngineError, Failure, Prompt
from advisor.engines.pacing import Paced
from advisor.engines.retrying import retry_class
from advisor.projects.models import Sample
from advisor.runs.services.among import Among
from advisor.runs.services.claiming import Claim, Lease
from advisor.runs.services.committing import commit_patiently
from advisor.runs.services.forgiving import is_forgiven
from advisor.runs.services.judging import Outcome, lost
from advisor.runs.services.prompting import SampleText
from advisor.runs.services.releasing import release

if TYPE_CHECKING:
    from advisor.runs.services.answering import Desk

log = logging.getLogger(__name__)

# A slow block is stored in parts, so that a crash loses at most this much work; and a
# moment before its end, so that little is left to store when its last answer comes.
FLUSH_SECONDS, SOON_SECONDS = 2.0, 0.3
CONFIGURATION_FAILURES = 2
OVERSIZED = 3
NOT_SENT = "not_sent"


@dataclass(slots=True, kw_only=True)
class Block:
    """The answers to what was claimed together, on their way into the database."""

    desk: "Desk"
    lease: Lease
    samples: Mapping[int, SampleText]
    asked: Mapping[int, Prompt]
    keys: Mapping[int, str]
    stored: int = 0
    began: float = field(default_factory=time.monotonic)
    refusing: bool = False
    _ready: list[Outcome] = field(default_factory=list)
    _open: dict[int, Claim] = field(default_factory=dict)
    _sent: set[int] = field(default_factory=set)
    _waiting: dict[str, deque[Claim]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _waiting_since: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, desk: "Desk", lease: Lease) -> "Block":
        """Take up a lease with its samples, what is asked and the keys of that."""
        wanted = Sample.objects.filter(
            Among("pk", {one.sample_id for one in lease.claims})
        )
        rows = map(SampleText._make, wanted.values_list(*SampleText._fields))
        samples = {one.pk: one for one in rows}
        asked = {
            one.trial_id: desk.prompting.ask(samples[one.sample_id], repeat=one.repeat)
            for one in lease.claims
        }
        keys = desk.keys(lease.claims, asked)
        block = cls(desk=desk, lease=lease, samples=samples, asked=asked, keys=keys)
        block._open = {claim.trial_id: claim for claim in lease.claims}
        return block

    @property
    def open(self) -> int:
        """Return how many of its trials are unanswered."""
        return len(self._open)

    @property
    def answered(self) -> int:
        """Return how many answers were asked for and came, or were known already."""
        return len(self.lease.claims) - len(self._open)

    def known(self) -> list[Claim]:
        """Take over what an earlier run has answered; return the claims left to ask."""
        known = self.desk.reuse.known(self.keys.values())
        left = []
        for claim in self.lease.claims:
            answer = known.get(self.keys.get(claim.trial_id, ""))
            if answer is None or not self._take_over(claim, answer):
                left.append(claim)
        return left

    def prompts(self, claims: Iterable[Claim]) -> list[Prompt]:
        """Return what is sent for claims of the lease; they count as sent from now."""
        made = []
        for claim in claims:
            prompt = self.desk.prompting.prompt(self.asked[claim.trial_id], claim)
            while prompt.id in self._waiting and not self.desk.prompting.recorded:
                # A second try at "a" is "a#1", which may be another sample's key.
                prompt = replace(prompt, id=f"{prompt.id}'")
            self._waiting[prompt.id].append(claim)
            self._sent.add(claim.trial_id)
            made.append(prompt)
        return made

    def _take_over(self, claim: Claim, answer: Answer) -> bool:
        """Judge an answer that an earlier run was given; nothing is sent for it."""
        expected = self.samples[claim.sample_id].expected
        outcome = self.desk.judge.outcome(claim, answer, expected)
        if outcome.row is None:
            return False
        outcome.row.cached = True
        outcome.row.asked_sha256 = self.keys[claim.trial_id]
        self._ready.append(outcome)
        self._open.pop(claim.trial_id, None)
        return True

    def take(self, answer: Answer) -> bool:
        """Judge one answer; False when the work is to end after it."""
        return self._take(self._waiting[answer.prompt_id].popleft(), answer)

    def _take(self, claim: Claim, answer: Answer) -> bool:
        if answer.failure is not None and answer.failure.code == NOT_SENT:
            # It stays open, and is handed back as it came.
            self._sent.discard(claim.trial_id)
            return True
        expected = self.samples[claim.sample_id].expected
        outcome = self.desk.judge.outcome(claim, answer, expected)
        self.desk.came(outcome)
        if not self._ready:
            self._waiting_since = time.monotonic()
        findable = outcome.failure is None and answer.repeatable
        if outcome.row is not None and findable:
            outcome.row.asked_sha256 = self.keys.get(claim.trial_id, "")
        self._ready.append(outcome)
        self._open.pop(claim.trial_id, None)
        if self._refused(outcome.failure):
            return False
        # The last of a block is stored once its lease is kept no more.
        if self._open and self._waits_long():
            self.flush()
        return True

    def _waits_long(self) -> bool:
        """Say whether what came is to be stored before the block is through."""
        waited = time.monotonic() - self._waiting_since
        if waited > FLUSH_SECONDS:
            return True
        left = len(self._open) * waited / len(self._ready)
        return waited > SOON_SECONDS > left

    def drop(self, *, under_way: int) -> int:
        """Forget what came, and hand back what is held; return the calls for nothing.

        The lease is lost, so that this mostly finds nothing: but a run that is being
        cancelled need not wait for its leases to run out.
        """
        ready = [one.claim.trial_id for one in self._ready]
        left = list(self._open)
        sent = [pk for pk in left if pk in self._sent][:under_way]
        self._ready.clear()
        try:
            self.hand_back([pk for pk in left if pk not in sent], sent=False)
            self.hand_back([*ready, *sent], sent=True)
        except DatabaseError as error:
            log.warning("What was held could not be handed back: %s", error)
        self._open.clear()
        return len(sent)

    def fail(self, failure: Failure) -> None:
        """Take ``failure`` for what was sent and not answered."""
        left = [claim for queue in self._waiting.values() for claim in queue]
        for claim, answer in lost(left, failure):
            self._take(claim, answer)

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
        self.refusing = True
        return True

    def flush(self) -> None:
        """Store what is answered so far."""
        if self._ready:
            engine = self.desk.engine
            pace = engine.pace if isinstance(engine, Paced) else None
            down = pace and pace.stopped and pace.stopped.kind == "down"
            ready = map(_forgiven, self._ready) if down else self._ready
            done = commit_patiently(
                self.lease,
                list(ready),
                candidate=self.desk.candidate,
                priced=self.desk.priced,
            )
            self.stored += done.stored
        self._ready.clear()

    def close(self, *, under_way: int) -> int:
        """Store what is answered, hand back the rest; return the calls for nothing.

        An engine sends in order: at most ``under_way`` calls, its first ones, may have
        reached the server.
        """
        self.flush()
        left = list(self._open)
        sent = [pk for pk in left if pk in self._sent][:under_way]
        self.hand_back([pk for pk in left if pk not in sent], sent=False)
        self.hand_back(sent, sent=True)
        return len(sent)

    def hand_back(self, trial_ids: Sequence[int], *, sent: bool) -> None:
        """Let others claim some of its trials that have no answer."""
        if trial_ids:
            release(self.lease, trial_ids, sent=sent)
        for pk in trial_ids:
            self._open.pop(pk, None)


def _forgiven(outcome: Outcome) -> Outcome:
    """Return what becomes of a trial whose endpoint is down: mostly no try is used."""
    if outcome.row is not None:
        return outcome
    return replace(outcome, counts=outcome.counts and not is_forgiven(outcome.claim))
