"""How far is a run, how long will it take, what has it spent, what went wrong?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.selectors.counted import Counts, counts_of, kept_counts, stamp_of
from advisor.runs.selectors.counting import RATE_SECONDS, FailureCount
from advisor.runs.selectors.finding import candidates_of
from advisor.sizing.measurement import Figure
from advisor.web.kept import Kept

FINAL = (
    Run.State.COMPLETED,
    Run.State.WITH_GAPS,
    Run.State.CANCELLED,
    Run.State.BUDGET_STOPPED,
    Run.State.FAILED,
)
MOVING = (
    *("state", "generation", "pause_reason", "others_too", "started_at"),
    *("finished_at", "cancel_requested_at", "cap_micro", "spent_micro"),
    *("reserved_micro", "unknown_micro", "overshoot_micro"),
)
# What was not asked when a run came to these is missing, and not spared.
STOPPED = (Run.State.CANCELLED, Run.State.BUDGET_STOPPED)
# Nothing is held any more when a run comes to these; it goes on as a new generation.
STILL = (Run.State.COMPLETED, Run.State.WITH_GAPS, Run.State.CANCELLED)


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
    decision: str
    decided_after: int | None
    total: int
    done: int
    asked: int
    cached: int
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
    """Where a run stands; money in US dollars, ``cap_usd`` None without a cap.

    ``made`` counts the answers, of which ``cached`` were taken over from earlier runs;
    a ``race`` ends as soon as it is decided, a ``stopped`` run before. ``spent_usd`` is
    all that was billed, of which ``overshoot_usd`` above the worst price of a call.
    """

    id: int
    number: int
    state: str
    label: str
    pause_reason: str
    final: bool
    stopped: bool
    race: bool
    total: int
    done: int
    made: int
    cached: int
    eta_s: float | None
    spent_usd: float
    possible_usd: float
    cap_usd: float | None
    overshoot_usd: float
    candidates: tuple[CandidateProgress, ...]

    @property
    def share(self) -> float:
        """Return the share of trials that are over, or of a stopped run answered."""
        done = self.made if self.stopped else self.done
        return done / self.total if self.total else 0.0

    @property
    def left_usd(self) -> float | None:
        """Return what may still be spent, None without a cap."""
        if self.cap_usd is None:
            return None
        return max(0.0, self.cap_usd - self.spent_usd - self.possible_usd)

    @property
    def saved(self) -> int:
        """Return the answers that nobody needed; a model without room saves none."""
        if self.stopped or not self.final:
            return 0
        fits = (one for one in self.candidates if one.state != Candidate.State.UNFIT)
        return sum(one.total - one.asked for one in fits)


ENDED: Kept[RunProgress] = Kept(1000)


def progress_of(run: Run) -> RunProgress:
    """Return where a run stands now; a handful of queries whatever its size.

    What ended is read once: reading it takes longer the larger it is.
    """
    before = (run.state, run.generation)
    run.refresh_from_db(fields=MOVING)
    if (run.state, run.generation) != before:
        run.refresh_from_db()  # its recommendation, too, may be another one
    if run.state not in STILL:
        counts = counts_of(run)
        if run.state == Run.State.QUEUED and _has_begun(run):
            # What was counted is later than its state: it may even be through.
            return progress_of(run)
        return _read(run, counts)
    return ENDED.get(
        stamp_of(run), lambda: _read(run, kept_counts(run) or counts_of(run))
    )


def _has_begun(run: Run) -> bool:
    return not Run.objects.filter(pk=run.pk, state=Run.State.QUEUED).exists()


def _read(run: Run, counts: Counts) -> RunProgress:
    listed = tuple(
        _progress(
            one,
            counts.states.get(one.pk, Counter()),
            counts.answers.get(one.pk, {}),
            failures=counts.failures.get(one.pk, []),
            spend_usd=_spend(one, counts.spends),
            quality=counts.means.get(one.pk),
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
        stopped=run.state in STOPPED,
        race=run.manifest["stop"] == "decided",
        total=sum(one.total for one in listed),
        done=sum(one.done for one in listed),
        made=sum(one.asked for one in listed),
        cached=sum(one.cached for one in listed),
        eta_s=sum(etas) if etas else None,
        spent_usd=(run.spent_micro + run.overshoot_micro) / 1_000_000,
        possible_usd=run.unknown_micro / 1_000_000,
        cap_usd=None if cap is None else cap / 1_000_000,
        overshoot_usd=run.overshoot_micro / 1_000_000,
        candidates=listed,
    )


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
        decision=one.decision,
        decided_after=one.decided_after,
        done=total - open_ones,
        asked=int(answers.get("asked") or 0),
        cached=int(answers.get("cached") or 0),
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


def _spend(one: Candidate, spends: Mapping[int, int]) -> float | None:
    """Return what the candidate's calls cost; None for answers that cost nothing."""
    if one.engine != "openai" or not one.spec.get("price"):
        return None
    return (spends.get(one.pk) or 0) / 1_000_000
