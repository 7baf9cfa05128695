"""How far is a run, how long will it take, what has it spent, what went wrong?"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db.models import Avg, Count, Max, Q, Sum
from django.utils import timezone

from advisor.runs.models import Answer, Attempt, Candidate, Run, Trial
from advisor.runs.selectors.finding import candidates_of
from advisor.runs.selectors.scores import partial_means
from advisor.sizing.measurement import Figure

# The rate is that of the last half minute: what is happening, not what happened.
RATE_SECONDS = 30.0
FINAL = (
    Run.State.COMPLETED,
    Run.State.WITH_GAPS,
    Run.State.CANCELLED,
    Run.State.BUDGET_STOPPED,
    Run.State.FAILED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCount:
    """How many answers failed for one reason, and one message that explains it."""

    code: str
    kind: str
    count: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProgress:
    """Where one candidate stands.

    ``rate`` is in answers a second over the last half minute, ``eta_s`` in seconds;
    both None while nothing is known. ``quality`` is None before 20 samples.
    """

    id: int
    key: str
    role: str
    position: int
    engine: str
    state: str
    label: str
    reason: str
    total: int
    done: int
    skipped: int
    failed: int
    gaps: int
    cut_outputs: int
    cut_inputs: int
    rate: float | None
    eta_s: float | None
    spend_usd: float | None
    failures: tuple[FailureCount, ...]
    quality: Figure | None

    @property
    def share(self) -> float:
        """Return the share of trials that have their final state, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """Where a run stands; money in US dollars, ``cap_usd`` None without a cap."""

    id: int
    number: int
    state: str
    label: str
    pause_reason: str
    final: bool
    total: int
    done: int
    eta_s: float | None
    spent_usd: float
    possible_usd: float
    cap_usd: float | None
    overshoot_usd: float
    candidates: tuple[CandidateProgress, ...]

    @property
    def share(self) -> float:
        """Return the share of trials that have their final state, from 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def left_usd(self) -> float | None:
        """Return what may still be spent, None without a cap."""
        if self.cap_usd is None:
            return None
        return max(0.0, self.cap_usd - self.spent_usd - self.possible_usd)


def progress_of(run: Run) -> RunProgress:
    """Return where a run stands now; a handful of queries whatever its size."""
    run.refresh_from_db()
    states = _states(run)
    answers = _answers(run)
    failures = _failures(run)
    means, spends = partial_means(run), _spends(run)
    listed = tuple(
        _progress(
            one,
            states[one.pk],
            answers.get(one.pk, {}),
            failures=failures[one.pk],
            spend_usd=_spend(one, spends),
            quality=means.get(one.pk),
        )
        for one in candidates_of(run)
    )
    etas = [one.eta_s for one in listed if one.eta_s is not None]
    cap = run.cap_micro
    return RunProgress(
        id=run.pk,
        number=run.number,
        state=run.state,
        label=run.get_state_display(),
        pause_reason=run.pause_reason,
        final=run.state in FINAL,
        total=sum(one.total for one in listed),
        done=sum(one.done for one in listed),
        eta_s=sum(etas) if etas else None,
        spent_usd=run.spent_micro / 1_000_000,
        possible_usd=run.unknown_micro / 1_000_000,
        cap_usd=None if cap is None else cap / 1_000_000,
        overshoot_usd=run.overshoot_micro / 1_000_000,
        candidates=listed,
    )


def _states(run: Run) -> dict[int, Counter[str]]:
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Trial.objects.filter(run=run).values_list("candidate_id", "state")
    for candidate_id, state, count in rows.annotate(n=Count("pk")).order_by():
        counted[candidate_id][state] = count
    return counted


def _answers(run: Run) -> dict[int, Mapping[str, Any]]:
    since = timezone.now() - timedelta(seconds=RATE_SECONDS)
    rows = (
        Answer.objects.filter(trial__run=run)
        .order_by()
        .values("trial__candidate_id")
        .annotate(
            mean=Avg("score"),
            scored=Count("score"),
            gaps=Count("pk", filter=Q(score__isnull=True)),
            long=Count("pk", filter=Q(finish="length")),
            cut=Count("pk", filter=Q(input_cut=True)),
            recent=Count("pk", filter=Q(created_at__gte=since)),
        )
    )
    return {row["trial__candidate_id"]: cast(Mapping[str, Any], row) for row in rows}


def _failures(run: Run) -> dict[int, list[FailureCount]]:
    rows = (
        Answer.objects.filter(trial__run=run)
        .exclude(failure_code="")
        .order_by()
        .values("trial__candidate_id", "failure_code", "failure_kind")
        .annotate(count=Count("pk"), message=Max("failure_message"))
    )
    found: dict[int, list[FailureCount]] = defaultdict(list)
    for row in rows:
        found[row["trial__candidate_id"]].append(
            FailureCount(
                code=row["failure_code"],
                kind=row["failure_kind"],
                count=row["count"],
                message=row["message"] or "",
            )
        )
    return found


def _progress(
    one: Candidate,
    states: Counter[str],
    answers: Mapping[str, Any],
    *,
    failures: list[FailureCount],
    spend_usd: float | None,
    quality: Figure | None,
) -> CandidateProgress:
    total = sum(states.values())
    open_ones = states[Trial.State.PENDING] + states[Trial.State.LEASED]
    recent = float(answers.get("recent") or 0)
    rate = recent / RATE_SECONDS if recent and open_ones else None
    return CandidateProgress(
        id=one.pk,
        key=one.key,
        role=one.role,
        position=one.position,
        engine=one.engine,
        state=one.state,
        label=one.get_state_display(),
        reason=one.reason,
        total=total,
        done=total - open_ones,
        skipped=states[Trial.State.SKIPPED],
        failed=states[Trial.State.FAILED] + states[Trial.State.QUARANTINED],
        gaps=int(answers.get("gaps") or 0),
        cut_outputs=int(answers.get("long") or 0),
        cut_inputs=int(answers.get("cut") or 0),
        rate=rate,
        eta_s=open_ones / rate if rate else None,
        spend_usd=spend_usd,
        failures=tuple(sorted(failures, key=lambda f: (-f.count, f.code))),
        quality=quality,
    )


def _spends(run: Run) -> dict[int, int]:
    """Return the settled micro dollars by candidate."""
    paid = Attempt.objects.filter(trial__run=run, state=Attempt.State.SETTLED)
    rows = paid.order_by().values_list("trial__candidate_id")
    return dict(rows.annotate(total=Sum("cost_micro")))


def _spend(one: Candidate, spends: Mapping[int, int]) -> float | None:
    """Return what the candidate's calls cost; None for answers that cost nothing."""
    if one.engine != "openai" or not one.spec.get("price"):
        return None
    return (spends.get(one.pk) or 0) / 1_000_000
