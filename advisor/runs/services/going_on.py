"""How does a run that ended go on? As a new generation of the same rows.

What failed is tried again, what a certificate spared is run after all. The manifest
stays the same, so old and new answers may be compared.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet

from advisor.runs.models import Answer, Candidate, Run, Score, Trial
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.racing import NOT_NEEDED, advance, is_race
from advisor.runs.services.stepping import GOING, step, wake

T, S = Trial.State, Candidate.State
SPARED = Q(state=S.NOT_RUN, reason="")
ANSWERED = (T.FAILED, T.QUARANTINED)
RETRIED = (*ANSWERED, T.SKIPPED)
OVER = tuple(str(state) for state in Run.State if state not in GOING)


@transaction.atomic
def retry_failed(*, run: Run) -> Run:
    """Try everything again that failed or was skipped, as a new generation.

    Answers that count stay as they are. What a race had no need of is still not asked,
    unless a candidate that is tried again needs it, or a certificate is withdrawn.
    """
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
    _reopen(run, sorted(again), RETRIED)
    return run


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


@transaction.atomic
def run_others(*, run: Run) -> Run:
    """Run the candidates that a certificate spared, each to its own decision.

    Raises:
        StepRefused: The run is under way, or spared nobody.
    """
    if not (is_race(run) and run.candidates.filter(SPARED).exists()):
        raise StepRefused(f"Every candidate of run {run.number} was run.")
    _go_on(run, "The other candidates are run too.", others_too=True)
    again = run.candidates.filter(SPARED | Q(role=Candidate.Role.REFERENCE))
    # What failed counts for those who are decided by now.
    _reopen(run, list(again.values_list("pk", flat=True)), (T.SKIPPED,))
    return run


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


def _reopen(run: Run, candidate_ids: Sequence[int], states: Sequence[str]) -> None:
    """Make pending again the trials of some candidates that stand in ``states``."""
    trials = run.trials.filter(candidate__in=candidate_ids, state__in=states)
    again = list(trials.values_list("pk", flat=True))
    Answer.objects.filter(trial__in=again).delete()
    Score.objects.filter(trial__in=again).delete()
    run.trials.filter(pk__in=again).update(
        state=T.PENDING,
        not_before=None,
        errors=0,
        solo_crashes=0,
        last_error_code="",
    )
    run.candidates.filter(pk__in=candidate_ids).update(decision="", decided_after=None)
    # Who has answered everything is judged anew as well.
    judged = Q(role=Candidate.Role.CANDIDATE) | Q(trials__in=again)
    wake(run.candidates.filter(judged, pk__in=candidate_ids).distinct())
    advance(run.pk)
