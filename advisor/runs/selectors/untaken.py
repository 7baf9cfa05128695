"""Which work is due and lies untouched? What a probe, an operator and a check ask.

Work of a candidate that waits for its endpoint or its owner is not due, and work whose
queue is busy waits for its turn: neither is stuck.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from advisor.runs.models import Candidate, EndpointWait, Run, RunEvent, Trial

S = Candidate.State
WORKED_ON = (S.WAITING, S.PREPARING, S.READY)
Place = tuple[int, str]  # run and queue


def untaken() -> frozenset[Place]:
    """Return the runs, each with a queue, whose due work nobody took for long.

    For ``STUCK_SECONDS`` nothing happened to the run, and no worker of the queue was at
    work on anything: it is not there, or it takes no messages.
    """
    since = ago(settings.STUCK_SECONDS)
    found = set(_due(since).values_list("run_id", "queue"))
    moving = _moving_queues(since) if found else set()
    return frozenset((run, queue) for run, queue in found if queue not in moving)


def unasked() -> frozenset[int]:
    """Return the runs that wait for an endpoint that nobody asks, though it is time."""
    late = Q(standing__probe_at__lt=ago(settings.STUCK_SECONDS))
    waits = EndpointWait.objects.filter(late)
    return frozenset(waits.values_list("candidate__run_id", flat=True))


def ago(seconds: float) -> Combinable:
    """Return the time of the database's clock ``seconds`` ago."""
    return ExpressionWrapper(
        Now() - timedelta(seconds=seconds), output_field=DateTimeField()
    )


def claimable(since: Combinable) -> Q:
    """Return the filter of trials that may be claimed since a point in time."""
    ready = Q(not_before__isnull=True) | Q(not_before__lte=since)
    opened = Q(candidate__open_to__isnull=True) | Q(block__lt=F("candidate__open_to"))
    return ready & opened & Q(state=Trial.State.PENDING)


def _due(since: Combinable) -> QuerySet[Candidate]:
    trials = Trial.objects.filter(claimable(since), candidate=OuterRef("pk"))
    news = RunEvent.objects.filter(run=OuterRef("run"), at__gt=since)
    return Candidate.objects.filter(
        Q(state__in=WORKED_ON) & Exists(trials) | Q(state=S.SPEED),
        ~Exists(news),
        run__state__in=(Run.State.QUEUED, Run.State.RUNNING),
        run__created_at__lt=since,
    )


def _moving_queues(since: Combinable) -> set[str]:
    """Return the queues with a worker at work now, or whose last slice ended lately."""
    held = Trial.objects.filter(state=Trial.State.LEASED, lease_until__gt=Now())
    moving = set(held.values_list("candidate__queue", flat=True).distinct())
    # A model that is being opened or timed keeps its worker from everything else.
    busy = Q(lease_until__gt=Now()) | Q(served_at__gt=since)
    moving |= set(Candidate.objects.filter(busy).values_list("queue", flat=True))
    for name in settings.MORE_AT_WORK:
        moving |= import_string(name)()
    return moving
