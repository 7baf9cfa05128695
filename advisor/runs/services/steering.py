"""How does an owner steer a run? Cancel, pause, resume, raise the cap.

Each writes rows and returns; workers and dispatcher see them within a heartbeat.
"""

from django.db import transaction
from django.db.models.functions import Now

from advisor.accounts.services import micro
from advisor.runs.models import Candidate, Run
from advisor.runs.services.capping import check_raised
from advisor.runs.services.endpoint_health import ask_now
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.finishing import finish
from advisor.runs.services.going_on import retry_failed
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import move_candidate, note
from advisor.runs.services.stepping import GOING, step, wake


def cancel(*, run: Run) -> Run:
    """Stop a run: no new call starts, running ones end within a heartbeat."""
    with transaction.atomic():
        step(
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
    text = reason if reason.startswith("Paused") else f"Paused. {reason}"
    step(run, to=Run.State.PAUSED, text=text, pause_reason=reason[:300])
    return run


@transaction.atomic
def resume(*, run: Run) -> Run:
    """Go on with a paused run, its paused candidates included."""
    step(
        run,
        to=Run.State.RUNNING,
        sources=(Run.State.PAUSED,),
        text="The run goes on.",
        pause_reason="",
    )
    ask_now(run)
    wake(run.candidates.filter(state=Candidate.State.PAUSED))
    return run


def raise_cap(*, run: Run, cap_usd: float | None) -> Run:
    """Set a new cap, None for none; a run that stopped at the old one goes on."""
    _set_cap(run, cap_usd)
    run.refresh_from_db()
    if run.state == Run.State.BUDGET_STOPPED:
        retry_failed(run=run)
    return run


@transaction.atomic
def _set_cap(run: Run, cap_usd: float | None) -> None:
    cap = None if cap_usd is None else micro(cap_usd)
    row = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
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


@transaction.atomic
def drop_candidate(*, candidate: Candidate, reason: str) -> None:
    """Go on without a candidate; what it answered stays, the rest is not run."""
    # No key is changed: a note on the run is not to wait for this, or both wait.
    rows = Run.objects.select_for_update(no_key=True)
    run = rows.get(pk=candidate.run_id)
    moved = run.state in GOING and move_candidate(
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
