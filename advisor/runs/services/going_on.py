"""How does a run that ended go on? As a new generation of the same rows.

What failed is tried again, what a certificate spared is run after all. The manifest
stays the same, so old and new answers may be compared.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from advisor.runs.models import Answer, Candidate, Run, Score, Trial
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.racing import NOT_NEEDED, advance, is_race
from advisor.runs.services.stepping import GOING, step, wake

T, S = Trial.State, Candidate.State
RETRIED = (T.FAILED, T.SKIPPED, T.QUARANTINED)
OVER = tuple(str(state) for state in Run.State if state not in GOING)


@transaction.atomic
def retry_failed(*, run: Run) -> Run:
    """Try everything again that failed or was skipped, as a new generation.

    Answers that count stay as they are. What a race had no need of is still not asked,
    unless a candidate that is tried again needs it.
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
        again |= set(
            run.candidates.filter(role="reference").values_list("pk", flat=True)
        )
    _reopen(run, sorted(again))
    return run


@transaction.atomic
def run_others(*, run: Run) -> Run:
    """Run the candidates that a certificate spared, each to its own decision.

    Raises:
        StepRefused: The run is under way, or spared nobody.
    """
    spared = run.candidates.filter(state=S.NOT_RUN, reason="")
    if not (is_race(run) and spared.exists()):
        raise StepRefused(f"Every candidate of run {run.number} was run.")
    _go_on(run, "The other candidates are run too.", others_too=True)
    again = run.candidates.filter(
        Q(state=S.NOT_RUN, reason="") | Q(role=Candidate.Role.REFERENCE)
    )
    _reopen(run, list(again.values_list("pk", flat=True)))
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


def _reopen(run: Run, candidate_ids: Sequence[int]) -> None:
    """Make pending again what some candidates have no answer to that counts."""
    trials = run.trials.filter(candidate__in=candidate_ids, state__in=RETRIED)
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
    touched = run.candidates.filter(pk__in=candidate_ids, trials__in=again)
    wake(touched.distinct())
    advance(run.pk)
