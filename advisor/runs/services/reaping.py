"""Whose work is abandoned? Expired leases become claimable again.

A trial is not to blame for the crash of a worker that held many; a trial that was held
alone is. Three crashes alone, or 25 losses, and it is set aside so that it cannot stop
the others. What is handed back is not lost.
"""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from advisor.runs.models import Answer, Attempt, Candidate, Run, Trial
from advisor.runs.services.among import Among
from advisor.runs.services.judging import SOLO_CRASHES_ALLOWED
from advisor.runs.services.money import close_attempts
from advisor.runs.services.speed_money import timed_trials
from advisor.runs.services.states import move_candidate, note
from advisor.sizing import formats
from advisor.web.clock import from_now

LOSSES_ALLOWED = 25
TRIES_TO_OPEN = 5
BATCH = 1000


def reap() -> int:
    """Take back trials and candidates whose lease ran out; return how many trials.

    Looked for before anything is locked: a lease that runs out while a database is
    locked, for its holder as well, is left for the next look.
    """
    trials = list(_trials().values_list("pk", flat=True)[:BATCH])
    units = list(_units().values_list("pk", flat=True))
    return _take_all_back(trials, units) if trials or units else 0


def _trials() -> QuerySet[Trial]:
    return Trial.objects.filter(state=Trial.State.LEASED, lease_until__lt=Now())


def _units() -> QuerySet[Candidate]:
    return Candidate.objects.filter(lease_until__lt=Now())


@transaction.atomic
def _take_all_back(trials: Sequence[int], units: Sequence[int]) -> int:
    again = _trials().filter(Among("pk", trials))
    rows = list(again.select_for_update(skip_locked=True))
    # A candidate whose worker went while it was timed may be timed by nobody again.
    open_calls = [*(row.pk for row in rows), *timed_trials(_free_units(units))]
    close_attempts(open_calls, state=Attempt.State.UNKNOWN, code="lease_expired")
    held = Counter(row.lease_token for row in rows)
    for row in rows:
        _take_back(row, alone=held[row.lease_token] == 1)
    for (run_id, candidate_id), count in Counter(
        (row.run_id, row.candidate_id) for row in rows
    ).items():
        _tell(run_id, candidate_id, f"{formats.count(count, 'trial')} taken back")
    return len(rows)


def _tell(run_id: int, candidate_id: int, what: str) -> None:
    note(
        run_id,
        candidate_id=candidate_id,
        kind="lease",
        level="warning",
        text=f"A worker gave no sign of life: {what}, for another one to go on.",
    )


def _free_units(units: Sequence[int]) -> list[int]:
    """Free candidates whose worker went while it opened or timed them; return them.

    A model that ends its worker again and again is not given a sixth one.
    """
    expired, freed = _units().filter(pk__in=units), list[int]()
    for one in expired:
        # Asked again: its worker may have beaten since.
        same = expired.filter(pk=one.pk, lease_token=one.lease_token)
        if not same.update(
            lease_token=None, lease_until=None, crashes=F("crashes") + 1
        ):
            continue
        freed.append(one.pk)
        _tell(one.run_id, one.pk, f"{one.key} is free again")
        if one.crashes + 1 >= TRIES_TO_OPEN:
            reason = "Its worker ended five times while it was opened or timed."
            move_candidate(
                one,
                to=Candidate.State.PAUSED,
                text=f"{one.key} was paused: {reason}",
                level="error",
                reason=reason,
            )
    return freed


def _take_back(trial: Trial, *, alone: bool) -> None:
    crashes, losses = trial.solo_crashes + (1 if alone else 0), trial.losses + 1
    if crashes >= SOLO_CRASHES_ALLOWED:
        quarantine(trial, code="poison", crashes=crashes)
        return
    if losses >= LOSSES_ALLOWED:
        quarantine(trial, code="claims", crashes=crashes)
        return
    wait = settings.RETRY_SECONDS * 2.0 ** min(losses - 4, 4)
    Trial.objects.filter(pk=trial.pk).update(
        state=Trial.State.PENDING,
        lease_token=None,
        lease_until=None,
        losses=losses,
        solo_crashes=crashes,
        not_before=from_now(wait) if losses > 3 else None,
        last_error_code="lease_expired",
    )


def quarantine(trial: Trial, *, code: str, crashes: int) -> None:
    """Set a trial aside; what crashes its runner scores 0, what is unlucky is a gap."""
    poison = code == "poison"
    text = (
        f"It ended the process that worked on it {crashes} times while held alone."
        if poison
        else f"Its worker went {LOSSES_ALLOWED} times before it had an answer."
    )
    Trial.objects.filter(pk=trial.pk).update(
        state=Trial.State.QUARANTINED,
        lease_token=None,
        lease_until=None,
        solo_crashes=crashes,
        last_error_code=code,
    )
    Answer.objects.create(
        trial=trial,
        finish="error",
        score=0.0 if poison else None,
        failure_code=code,
        failure_kind="model" if poison else "transport",
        failure_message=text,
        attempt_no=trial.claims,
    )
    note(
        trial.run_id,
        candidate_id=trial.candidate_id,
        kind="quarantined",
        level="warning",
        text=f"Sample {trial.sample.key} was set aside. {text}",
        data={"trial": trial.pk},
    )


@transaction.atomic
def skip(run_id: int, *, candidate_ids: Sequence[int] | None = None, why: str) -> int:
    """Skip what is pending of a run, or of some candidates; return how many."""
    pending = Trial.objects.filter(run_id=run_id, state=Trial.State.PENDING)
    if candidate_ids is not None:
        pending = pending.filter(candidate_id__in=candidate_ids)
    return pending.update(
        state=Trial.State.SKIPPED, last_error_code=why, not_before=None
    )


def sweep_cancelled() -> None:
    """Skip what came back to pending after its run was cancelled or stopped."""
    over = (Run.State.CANCELLING, Run.State.CANCELLED, Run.State.BUDGET_STOPPED)
    runs = Trial.objects.filter(state=Trial.State.PENDING, run__state__in=over)
    for run_id in list(runs.values_list("run_id", flat=True).distinct()):
        skip(run_id, why="cancelled")
