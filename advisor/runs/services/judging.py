"""What does one answer count, and is it tried again? From answer to outcome.

A failure that the model caused scores 0; what was lost on the way is tried again and
then a gap; an input that the server cut is a gap; an output cut at the limit is scored
as it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.conf import settings

from advisor.engines.base import Answer, Failure
from advisor.engines.retrying import retry_class
from advisor.engines.text import clean
from advisor.runs.models import Trial
from advisor.runs.services.claiming import Claim
from advisor.runs.services.pricing import Price
from advisor.scoring.base import Score as ScoreValue
from advisor.scoring.base import Scorer

ERRORS_ALLOWED = 5
SOLO_CRASHES_ALLOWED = 3
LONGEST_WAIT_S = 120.0


@dataclass(slots=True, kw_only=True)
class NewAnswer:
    """What is stored of one answer: the columns of its row."""

    trial_id: int
    output: str
    finish: str
    score: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    tokens_origin: str
    latency_ms: float | None
    ttft_ms: float | None
    failure_code: str
    failure_kind: str
    failure_message: str
    input_cut: bool
    likelihoods: list[float] | None
    attempt_no: int
    cost_usd: float | None = None
    cost_origin: str = ""
    cached: bool = False
    asked_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScore:
    """What a scorer says of one answer: the columns of its row."""

    trial_id: int
    scorer: str
    scorer_version: str
    value: float
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of one claimed trial.

    ``row`` is the answer to store, None when the trial goes back to wait
    ``wait_s`` seconds; ``counts`` says whether that uses up a try, ``crashed`` whether
    it ended the process that ran the model.
    """

    claim: Claim
    state: str
    row: NewAnswer | None = None
    scores: tuple[NewScore, ...] = ()
    failure: Failure | None = None
    wait_s: float = 0.0
    counts: bool = True
    crashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Scores the answers of one candidate by the frozen scorer and price."""

    scorer: Scorer
    price: Price | None = None

    def outcome(self, claim: Claim, answer: Answer, expected: Any) -> Outcome:
        """Return what becomes of the trial that ``answer`` is for."""
        failure = answer.failure
        if failure is not None and failure.code == "host_crash":
            return _crashed(claim, answer, failure)
        if failure is not None and (wait := _retry(claim, failure)) is not None:
            return Outcome(
                claim=claim,
                state=Trial.State.PENDING,
                failure=failure,
                wait_s=wait,
                counts=retry_class(failure) != "rate",
            )
        score, detail = self._score(answer, expected)
        state = Trial.State.FAILED if failure else Trial.State.SUCCEEDED
        row = _row(claim, answer, score)
        row.cost_usd, row.cost_origin = self._cost(answer)
        return Outcome(
            claim=claim,
            state=state,
            row=row,
            scores=self._rows(claim, score, detail, failure),
            failure=failure,
        )

    def _score(self, answer: Answer, expected: Any) -> tuple[float | None, str]:
        """Return the deciding score, None for a gap, and why in a few words."""
        if answer.input_cut:
            return None, ""
        if answer.failure is not None:
            gap = answer.failure.kind in ("transport", "configuration")
            return (None, "") if gap else (0.0, "")
        if answer.score is not None:
            return answer.score, "as recorded"
        found: ScoreValue = self.scorer.score(answer.output or "", expected)
        return found.value, found.detail or ""

    def _cost(self, answer: Answer) -> tuple[float | None, str]:
        if answer.cost_usd is not None:
            return answer.cost_usd, "measured"
        if self.price is None:
            return None, ""
        cost = self.price.cost_usd(answer.prompt_tokens, answer.completion_tokens)
        if cost is None:
            return None, ""
        return cost, "estimated" if answer.tokens_origin == "estimated" else "measured"

    def _rows(
        self, claim: Claim, score: float | None, detail: str, failure: Failure | None
    ) -> tuple[NewScore, ...]:
        if score is None or failure is not None:
            return ()
        name, version = self.scorer.name, self.scorer.version
        if detail == "as recorded":
            name, version = "recorded", "1"
        return (
            NewScore(
                trial_id=claim.trial_id,
                scorer=name,
                scorer_version=version,
                value=score,
                detail=clean(detail)[:300],
            ),
        )


def _crashed(claim: Claim, answer: Answer, failure: Failure) -> Outcome:
    """Return what becomes of a sample that ended the model's process.

    An engine asks alone what is left after a crash, so the sample is to blame: it is
    tried again, and after three crashes set aside with a score of 0.
    """
    if claim.solo_crashes + 1 < SOLO_CRASHES_ALLOWED:
        return Outcome(
            claim=claim,
            state=Trial.State.PENDING,
            failure=failure,
            counts=False,
            crashed=True,
        )
    row = _row(claim, answer, 0.0)
    row.failure_kind = "model"
    return Outcome(
        claim=claim,
        state=Trial.State.QUARANTINED,
        row=row,
        failure=failure,
        crashed=True,
    )


def _retry(claim: Claim, failure: Failure) -> float | None:
    """Return the seconds until the next try, None when the failure stands.

    Full jitter: a uniform share of 1, 2, 4, 8, 16 s; a wait that the server asked for
    is kept, up to 120 s, and uses up no try.
    """
    kind = retry_class(failure)
    if kind == "configuration":
        return 0.0
    if kind == "sample":
        return None
    if kind == "transient" and claim.errors + 1 >= ERRORS_ALLOWED:
        return None
    chance = Random(f"{claim.trial_id}:{claim.number}")  # noqa: S311 - no secret
    doubled = float(settings.RETRY_SECONDS) * 2.0 ** min(claim.errors, 6)
    wait = chance.uniform(0.0, 1.0) * min(doubled, 60.0)
    return max(wait, min(failure.retry_after_s or 0.0, LONGEST_WAIT_S))


def _row(claim: Claim, answer: Answer, score: float | None) -> NewAnswer:
    timing, failure = answer.timing, answer.failure
    return NewAnswer(
        trial_id=claim.trial_id,
        output=clean(answer.output or ""),
        finish=answer.finish,
        score=score,
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.completion_tokens,
        tokens_origin=answer.tokens_origin or "",
        latency_ms=timing.total_ms if timing else None,
        ttft_ms=timing.ttft_ms if timing else None,
        failure_code=failure.code[:60] if failure else "",
        failure_kind=failure.kind if failure else "",
        failure_message=clean(failure.message)[:500] if failure else "",
        input_cut=answer.input_cut,
        likelihoods=list(answer.likelihoods) if answer.likelihoods else None,
        attempt_no=claim.errors + 1,
    )


def broken(error: BaseException) -> Failure:
    """Return the failure of an engine that raised where it must not."""
    told = f"The engine broke: {type(error).__name__}: {error}"
    return Failure(code="engine_broke", kind="transport", message=told)


def lost(claims: Sequence[Claim], failure: Failure) -> list[tuple[Claim, Answer]]:
    """Return an answer with ``failure`` for each claim left unanswered."""
    return [(claim, _unanswered(failure)) for claim in claims]


def _unanswered(failure: Failure) -> Answer:
    return Answer(
        prompt_id="",
        output=None,
        finish="error",
        prompt_tokens=None,
        completion_tokens=None,
        tokens_origin=None,
        timing=None,
        failure=failure,
    )
