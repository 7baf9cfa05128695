"""Does the work of every live run move, and if not, why? What an operator looks at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils import timezone

from advisor.runs.models import Attempt, Candidate, Run, Trial

LIVE = ("queued", "running", "paused", "cancelling", "finalizing")
PENDING, LEASED = Trial.State.PENDING, Trial.State.LEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One live run: trials by what holds them, and when one was last begun.

    ``late`` counts leases that ran out ``LEASE_SECONDS`` ago or more; ``units`` models
    that are being opened or timed. ``stuck``: work is due, nobody has any of it, and
    none was begun for ``STUCK_SECONDS``.
    """

    run: Run
    due: int
    later: int
    held: int
    late: int
    units: int
    begun: datetime | None
    stuck: bool


def standings() -> list[Standing]:
    """Return all live runs of the installation, oldest first; four queries."""
    runs = list(
        Run.objects.filter(state__in=LIVE)
        .select_related("team", "project")
        .order_by("pk")
    )
    now = timezone.now()
    ids = [run.pk for run in runs]
    counts: dict[int, Mapping[str, Any]] = {
        row["run_id"]: row for row in _trials(ids, now)
    }
    begun = dict(
        Attempt.objects.filter(trial__run__in=ids)
        .values_list("trial__run_id")
        .annotate(last=Max("sent_at"))
    )
    units = Counter(
        Candidate.objects.filter(run__in=ids, lease_until__gt=now).values_list(
            "run_id", flat=True
        )
    )
    return [
        _standing(run, counts.get(run.pk, {}), units[run.pk], begun.get(run.pk), now)
        for run in runs
    ]


def _trials(ids: list[int], now: datetime) -> Iterable[Mapping[str, Any]]:
    waits = Q(not_before__gt=now)
    old = now - timedelta(seconds=settings.LEASE_SECONDS)
    rows = Trial.objects.filter(run__in=ids).values("run_id")
    return rows.annotate(
        due=Count("pk", filter=Q(state=PENDING) & ~waits),
        later=Count("pk", filter=Q(state=PENDING) & waits),
        held=Count("pk", filter=Q(state=LEASED)),
        late=Count("pk", filter=Q(state=LEASED, lease_until__lt=old)),
    )


def _standing(
    run: Run, row: Mapping[str, Any], units: int, begun: datetime | None, now: datetime
) -> Standing:
    due, held = row.get("due", 0), row.get("held", 0)
    since = now - timedelta(seconds=settings.STUCK_SECONDS)
    idle = max(begun or run.created_at, run.created_at) < since
    moving = run.state in (Run.State.QUEUED, Run.State.RUNNING)
    return Standing(
        run=run,
        due=due,
        later=row.get("later", 0),
        held=held,
        late=row.get("late", 0),
        units=units,
        begun=begun,
        stuck=moving and bool(due) and not held and not units and idle,
    )
