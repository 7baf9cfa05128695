"""Does the work of every live run move, and if not, why? What an operator looks at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q
from django.db.models.functions import Now

from advisor.runs.models import Attempt, Candidate, Run, Trial
from advisor.runs.selectors.untaken import (
    WORKED_ON,
    ago,
    claimable,
    unasked,
    untaken,
)

LIVE = ("queued", "running", "paused", "cancelling", "finalizing")
PENDING, LEASED = Trial.State.PENDING, Trial.State.LEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One live run: trials by what holds them, and when one was last begun.

    ``due`` may be claimed now; ``later`` waits for its time, an endpoint, its owner or
    a judgement. ``late`` counts leases that ran out ``LEASE_SECONDS`` ago or more;
    ``units`` models that are being opened or timed. ``untaken`` are the queues whose
    due work nobody took for ``STUCK_SECONDS``; ``unasked``: it waits for an endpoint
    that nobody asks.
    """

    run: Run
    due: int
    later: int
    held: int
    late: int
    units: int
    begun: datetime | None
    untaken: tuple[str, ...]
    unasked: bool


def standings() -> list[Standing]:
    """Return all live runs of the installation, oldest first; a handful of queries."""
    runs = list(
        Run.objects.filter(state__in=LIVE)
        .select_related("team", "project")
        .order_by("pk")
    )
    ids = [run.pk for run in runs]
    counts: dict[int, Mapping[str, Any]] = {row["run_id"]: row for row in _trials(ids)}
    begun = dict(
        Attempt.objects.filter(trial__run__in=ids)
        .values_list("trial__run_id")
        .annotate(last=Max("sent_at"))
    )
    units = Counter(
        Candidate.objects.filter(run__in=ids, lease_until__gt=Now()).values_list(
            "run_id", flat=True
        )
    )
    stuck, waiting = untaken(), unasked()
    return [
        Standing(
            run=run,
            **_counted(counts.get(run.pk, {})),
            units=units[run.pk],
            begun=begun.get(run.pk),
            untaken=tuple(sorted(queue for pk, queue in stuck if pk == run.pk)),
            unasked=run.pk in waiting,
        )
        for run in runs
    ]


def _trials(ids: list[int]) -> Iterable[Mapping[str, Any]]:
    due = claimable(Now()) & Q(candidate__state__in=WORKED_ON)
    due &= Q(run__state__in=(Run.State.QUEUED, Run.State.RUNNING))
    old = ago(settings.LEASE_SECONDS)
    rows = Trial.objects.filter(run__in=ids).values("run_id")
    return rows.annotate(
        due=Count("pk", filter=due),
        pending=Count("pk", filter=Q(state=PENDING)),
        held=Count("pk", filter=Q(state=LEASED)),
        late=Count("pk", filter=Q(state=LEASED, lease_until__lt=old)),
    )


def _counted(row: Mapping[str, Any]) -> dict[str, int]:
    due = row.get("due", 0)
    later = row.get("pending", 0) - due
    return {"due": due, "later": later} | {
        name: row.get(name, 0) for name in ("held", "late")
    }
