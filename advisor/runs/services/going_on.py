"""How does a run that ended go on? As a new generation of the same rows.

What failed is tried again, what a certificate spared is run after all. The manifest
stays the same, so old and new answers may be compared.
"""

import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from advisor.runs.models import Answer, Candidate, Run, Score, Trial
from advisor.runs.services.among import Among
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.racing import NOT_NEEDED, advance, is_race
from advisor.runs.services.states import move_run
from advisor.runs.services.stepping import GOING, step, wake
from advisor.sizing import formats

T, S = Trial.State, Candidate.State
SPARED = Q(state=S.NOT_RUN, reason="")
ANSWERED = (T.FAILED, T.QUARANTINED)
RETRIED = (*ANSWERED, T.SKIPPED)
# So many take a fraction of a second, for which everybody else waits on SQLite.
PORTION = 5000
# Whoever waits there looks again after at most as long.
BREATH_S = 0.1
HELD = "What failed is made ready to be tried again. If that takes minutes, resume."
GOES_ON = "The run goes on."
OVER = tuple(str(state) for state in Run.State if state not in GOING)


def retry_failed(*, run: Run, portion: int = PORTION) -> Run:
    """Try everything again that failed or was skipped, as a new generation.

    Answers that count stay as they are. What a race had no need of is still not asked,
    unless a candidate that is tried again needs it, or a certificate is withdrawn.
    More than a ``portion`` of trials are freed so many at a time, the run being held.
    """
    return _free_in_portions(run, _retry(run, portion), portion)


@transaction.atomic
def _retry(run: Run, portion: int) -> list[int]:
    _go_on(run, "What failed or was skipped is tried again.")
    missing = run.trials.filter(state__in=RETRIED).exclude(
        state=T.SKIPPED, last_error_code__in=NOT_NEEDED
    )
    touched = run.candidates.filter(trials__in=missing).distinct()
    again = set(touched.values_list("pk", flat=True))
    if is_race(run):
        # Scores of the reference may change, and with them every paired loss.
        run.candidates.update(certifiers=None)
        again |= _held_against(run, missing)
    return _begin(run, sorted(again), RETRIED, portion)


def _held_against(run: Run, missing: QuerySet[Trial]) -> set[int]:
    """Return who is judged anew where some trials of a race are tried again.

    Whoever was decided by answers of the reference that are asked for again, and whom
    a certificate spared that may not be given again.
    """
    reference = Q(role=Candidate.Role.REFERENCE)
    anew = reference
    if missing.exists():
        anew |= SPARED
    if missing.filter(candidate__role="reference", state__in=ANSWERED).exists():
        anew |= ~Q(decision="")
    return set(run.candidates.filter(anew).values_list("pk", flat=True))


def run_others(*, run: Run, portion: int = PORTION) -> Run:
    """Run the candidates that a certificate spared, each to its own decision.

    As `retry_failed` does, a ``portion`` of trials at a time.

    Raises:
        StepRefused: The run is under way, or spared nobody.
    """
    if not (is_race(run) and run.candidates.filter(SPARED).exists()):
        raise StepRefused(f"Every candidate of run {run.number} was run.")
    return _free_in_portions(run, _run_spared(run, portion), portion)


@transaction.atomic
def _run_spared(run: Run, portion: int) -> list[int]:
    _go_on(run, "The other candidates are run too.", others_too=True)
    again = run.candidates.filter(SPARED | Q(role=Candidate.Role.REFERENCE))
    # What failed counts for those who are decided by now.
    spared = list(again.values_list("pk", flat=True))
    return _begin(run, spared, (T.SKIPPED,), portion)


def _go_on(run: Run, text: str, **fields: object) -> None:
    step(
        run,
        to=Run.State.RUNNING,
        sources=OVER,
        text=text,
        generation=F("generation") + 1,
        finished_at=None,
        cancel_requested_at=None,
        pause_reason="",
        **fields,
    )


def _begin(
    run: Run, candidate_ids: Sequence[int], states: Sequence[str], portion: int
) -> list[int]:
    """Judge candidates anew, and free their trials that stand in ``states``.

    Returns those that are still to be freed: where there are many, the run is held.
    """
    trials = run.trials.filter(candidate__in=candidate_ids, state__in=states)
    again = dict(trials.values_list("pk", "candidate_id"))
    many = len(again) > portion
    if many:
        count = formats.count(len(again), "trial")
        text = f"Held until {count} are ready to be tried again."
        move_run(run.pk, to=Run.State.PAUSED, text=text, pause_reason=HELD)
    else:
        _free(run, list(again))
    run.candidates.filter(pk__in=candidate_ids).update(decision="", decided_after=None)
    # Who has answered everything is judged anew as well.
    judged = Q(role=Candidate.Role.CANDIDATE) | Q(pk__in=set(again.values()))
    wake(run.candidates.filter(judged, pk__in=candidate_ids))
    advance(run.pk)
    return sorted(again) if many else []


def _free_in_portions(run: Run, left: Sequence[int], portion: int) -> Run:
    """Free what is left and let the run go on, with room for heartbeats in between.

    Whoever cancels or resumes it meanwhile takes over: what is not free then stays as
    it is, and so it does where this process ends.
    """
    for start in range(0, len(left), portion):
        with transaction.atomic():
            if not _is_held(run):
                break
            _free(run, left[start : start + portion])
        if not connection.in_atomic_block:
            time.sleep(BREATH_S)
    if left:
        with transaction.atomic():
            if _is_held(run):
                step(run, to=Run.State.RUNNING, text=GOES_ON, pause_reason="")
                advance(run.pk)
    run.refresh_from_db()
    return run


def _is_held(run: Run) -> bool:
    """Lock the row of a run; say whether it is held for its trials to be freed."""
    rows = Run.objects.select_for_update(no_key=True).filter(pk=run.pk)
    held = rows.filter(generation=run.generation, state=Run.State.PAUSED)
    return held.filter(pause_reason=HELD).first() is not None


def _free(run: Run, trial_ids: Sequence[int]) -> None:
    """Make trials pending again, with nothing left of their answers."""
    Answer.objects.filter(Among("trial", trial_ids)).delete()
    Score.objects.filter(Among("trial", trial_ids)).delete()
    run.trials.filter(Among("pk", trial_ids)).update(
        state=T.PENDING,
        not_before=None,
        errors=0,
        losses=0,
        solo_crashes=0,
        last_error_code="",
    )
