"""Which number does a decision record get? The team's next one, and none twice.

The counter's row is locked until the record is stored with its number: two at once
wait for each other, and a record that is not stored leaves no gap.
"""

from django.db import transaction
from django.db.models import F

from advisor.reports.models import DecisionRecord, RecordCounter
from advisor.reports.services.telling import tell_of_end
from advisor.runs.models import Run, StoredRecommendation

MOST_AT_ONCE = 50


@transaction.atomic
def open_record(*, run: Run) -> DecisionRecord:
    """Return the record of a run that is not signed yet; open one where there is none.

    ``run`` has a recommendation.
    """
    number = _lock(run.team_id)
    found = DecisionRecord.objects.filter(run=run, signed_at__isnull=True).first()
    if found is not None:
        return found
    RecordCounter.objects.filter(team_id=run.team_id).update(last=F("last") + 1)
    return DecisionRecord.objects.create(
        team_id=run.team_id, run=run, number=number + 1
    )


@transaction.atomic
def ensure_record(*, run: Run) -> None:
    """Give a finished run its record where it has none yet, and tell of its end."""
    _lock(run.team_id)
    if not DecisionRecord.objects.filter(run=run).exists():
        open_record(run=run)
        tell_of_end(run)


def open_new_records() -> int:
    """Open a record for recommendations that have none, oldest first; say how many."""
    waiting = (
        StoredRecommendation.objects.filter(run__records__isnull=True)
        .select_related("run__project__team", "run__created_by")
        .order_by("created_at", "pk")[:MOST_AT_ONCE]
    )
    for one in waiting:
        ensure_record(run=one.run)
    return len(waiting)


def _lock(team_id: int) -> int:
    """Lock the counter of a team and return the number given last."""
    RecordCounter.objects.get_or_create(team_id=team_id)
    return RecordCounter.objects.select_for_update().get(team_id=team_id).last
