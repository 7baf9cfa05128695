"""How does an owner steer a run? Cancel, pause, resume, retry, raise the cap.

Each writes rows and returns; workers and dispatcher see them within a heartbeat.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from advisor.accounts.services import micro
from advisor.runs.models import Answer, Candidate, Run, Score, Trial
from advisor.runs.services.capping import check_raised
from advisor.runs.services.endpoint_health import ask_now
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.finishing import finish
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import (
    RUN_EDGES,
    before,
    move_candidate,
    move_run,
    note,
)

RETRIED = (Trial.State.FAILED, Trial.State.SKIPPED, Trial.State.QUARANTINED)


def cancel(*, run: Run) -> Run:
    """Stop a run: no new call starts, running ones end within a heartbeat."""
    with transaction.atomic():
        _step(
            run,
            to=Run.State.CANCELLING,
            text="Cancelling: no new call starts.",
            cancel_requested_at=Now(),
        )
        skip(run.pk, why="cancelled")
    finish(run.pk)
    run.refresh_from_db()
    return run


def pause(*, run: Run, reason: str = "Paused by a member.") -> Run:
    """Hold a run; what was sent is still stored, nothing new is sent."""
    _step(run, to=Run.State.PAUSED, text=f"Paused. {reason}", pause_reason=reason[:300])
    return run


@transaction.atomic
def resume(*, run: Run) -> Run:
    """Go on with a paused run, its paused candidates included."""
    _step(
        run,
        to=Run.State.RUNNING,
        sources=(Run.State.PAUSED,),
        text="The run goes on.",
        pause_reason="",
    )
    ask_now(run)
    _wake(run, (Candidate.State.PAUSED,))
    return run


@transaction.atomic
def retry_failed(*, run: Run) -> Run:
    """Try everything again that failed or was skipped, as a new generation.

    Answers that count stay as they are; the manifest stays the same, so old and new
    answers may be compared.
    """
    _step(
        run,
        to=Run.State.RUNNING,
        sources=tuple(str(s) for s in Run.State if s not in _going()),
        text="What failed or was skipped is tried again.",
        generation=F("generation") + 1,
        finished_at=None,
        cancel_requested_at=None,
        pause_reason="",
    )
    again = list(run.trials.filter(state__in=RETRIED).values_list("pk", flat=True))
    Answer.objects.filter(trial__in=again).delete()
    Score.objects.filter(trial__in=again).delete()
    run.trials.filter(pk__in=again).update(
        state=Trial.State.PENDING,
        not_before=None,
        errors=0,
        claims=F("claims"),
        solo_crashes=0,
        last_error_code="",
    )
    touched = run.candidates.filter(trials__in=again).distinct()
    _wake(run, tuple(Candidate.State), only=[one.pk for one in touched])
    return run


@transaction.atomic
def raise_cap(*, run: Run, cap_usd: float | None) -> Run:
    """Set a new cap, None for none; a run that stopped at the old one goes on."""
    cap = None if cap_usd is None else micro(cap_usd)
    row = Run.objects.select_for_update().get(pk=run.pk)
    bound = row.spent_micro + row.reserved_micro + row.unknown_micro
    if cap is not None and cap < bound:
        raise StepRefused(
            f"A cap of {cap_usd} USD is below what is spent, reserved or possibly"
            f" billed: {bound / 1_000_000} USD. Give at least that."
        )
    check_raised(team=row.team, cap_usd=cap_usd, held_usd=bound / 1_000_000)
    Run.objects.filter(pk=run.pk).update(cap_micro=cap)
    amount = "none" if cap_usd is None else f"{cap_usd} USD"
    note(run.pk, kind="cap", text=f"The cap is now {amount}.")
    run.refresh_from_db()
    if run.state == Run.State.BUDGET_STOPPED:
        retry_failed(run=run)
    return run


@transaction.atomic
def drop_candidate(*, candidate: Candidate, reason: str) -> None:
    """Go on without a candidate; what it answered stays, the rest is not run."""
    run = Run.objects.select_for_update().get(pk=candidate.run_id)
    moved = run.state in _going() and move_candidate(
        candidate,
        to=Candidate.State.NOT_RUN,
        text=f"{candidate.key} is left out: {reason}",
        reason=reason[:500],
    )
    if not moved:
        raise StepRefused(
            f"{candidate.key} is {candidate.get_state_display().lower()} and its run"
            f" {run.get_state_display().lower()}: what is over cannot be left out."
        )
    skip(candidate.run_id, candidate_ids=[candidate.pk], why="not_run")


def _going() -> tuple[str, ...]:
    return (Run.State.QUEUED, Run.State.RUNNING, Run.State.PAUSED)


def _step(
    run: Run,
    *,
    to: str,
    text: str,
    sources: tuple[str, ...] | None = None,
    **fields: Any,
) -> None:
    """Move a run or refuse with the state it stands in."""
    moved = move_run(run.pk, to=to, text=text, sources=sources, **fields)
    run.refresh_from_db()
    if not moved:
        allowed = sources or before(RUN_EDGES, to)
        raise StepRefused(
            f"Run {run.number} is {run.get_state_display().lower()}. This step is"
            f" possible while it is {' or '.join(allowed)}."
        )


def _wake(run: Run, states: tuple[str, ...], *, only: list[int] | None = None) -> None:
    rows = run.candidates.filter(state__in=states)
    if only is not None:
        rows = rows.filter(pk__in=only)
    for one in rows:
        move_candidate(
            one,
            to=Candidate.State.WAITING,
            reason="",
            crashes=0,
            finished_at=None,
            hinted_at=None,
        )
