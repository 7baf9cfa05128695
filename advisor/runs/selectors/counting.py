"""How many of what? Counts of a run's rows by candidate, each in one query."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from advisor.runs.models import Answer, Attempt, Run, Trial

# The rate is that of the last half minute: what is happening, not what happened.
RATE_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCount:
    """How many answers failed for one reason, and one message that explains it."""

    code: str
    kind: str
    count: int
    message: str


def states_of(run: Run) -> dict[int, Counter[str]]:
    """Return the trials in each state."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Trial.objects.filter(run=run).values_list("candidate_id", "state")
    for candidate_id, state, count in rows.annotate(n=Count("pk")).order_by():
        counted[candidate_id][state] = count
    return counted


def answers_of(run: Run) -> dict[int, Mapping[str, Any]]:
    """Return counts of answers: asked, cached, gaps, long, cut and recent."""
    since = timezone.now() - timedelta(seconds=RATE_SECONDS)
    rows = (
        Answer.objects.filter(trial__run=run)
        .order_by()
        .values("trial__candidate_id")
        .annotate(
            asked=Count("pk"),
            cached=Count("pk", filter=Q(cached=True)),
            gaps=Count("pk", filter=Q(score__isnull=True)),
            long=Count("pk", filter=Q(finish="length")),
            cut=Count("pk", filter=Q(input_cut=True)),
            recent=Count("pk", filter=Q(created_at__gte=since)),
        )
    )
    return {row["trial__candidate_id"]: cast(Mapping[str, Any], row) for row in rows}


def failures_of(run: Run) -> dict[int, list[FailureCount]]:
    """Return how many answers failed for each reason."""
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


def spends_of(run: Run) -> dict[int, int]:
    """Return the settled micro dollars by candidate."""
    paid = Attempt.objects.filter(trial__run=run, state=Attempt.State.SETTLED)
    rows = paid.order_by().values_list("trial__candidate_id")
    return dict(rows.annotate(total=Sum("cost_micro")))
