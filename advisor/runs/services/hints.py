"""Who should be told that there is work? Candidates with something to do now."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.claiming import from_now
from advisor.runs.services.states import WORKING

S = Candidate.State
# A hint is repeated after so many looks of the dispatcher, in case it was lost.
HINT_AGAIN = 5


def due_candidates(run_ids: Iterable[int] | None = None) -> list[Candidate]:
    """Return the candidates with work that may start now, in the order of work.

    Runs in their order of age; in a run the reference first, then the planned order.
    """
    ready = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    claimable = Trial.objects.filter(
        ready, candidate=OuterRef("pk"), state=Trial.State.PENDING
    )
    open_ones = Trial.objects.filter(
        candidate=OuterRef("pk"), state__in=(Trial.State.PENDING, Trial.State.LEASED)
    )
    answering = Q(state__in=WORKING) & (Exists(claimable) | ~Exists(open_ones))
    measuring = Q(state=S.SPEED, lease_until__isnull=True)
    found = Candidate.objects.filter(
        answering | measuring, run__state__in=(Run.State.QUEUED, Run.State.RUNNING)
    )
    if run_ids is not None:
        found = found.filter(run__in=list(run_ids))
    return sorted(
        found.defer("spec", "facts"),
        key=lambda one: (
            one.run_id,
            one.role != Candidate.Role.REFERENCE,
            one.position,
        ),
    )


def working_by_queue() -> Counter[str]:
    """Return how many candidates of each queue somebody works on at this moment."""
    held = Trial.objects.filter(candidate=OuterRef("pk"), state=Trial.State.LEASED)
    busy = Candidate.objects.filter(Exists(held) | Q(lease_until__isnull=False))
    return Counter(busy.values_list("queue", flat=True))


@transaction.atomic
def take_hints(
    *, slots: int, queues: Sequence[str] = ("local", "remote", "default")
) -> list[Candidate]:
    """Return the candidates to publish a hint for now, and note that it was done.

    As many as a queue has free slots; a hint is repeated after a while, in case it
    was lost. Teams take turns: the run that was hinted longest ago goes first.
    """
    busy = working_by_queue()
    stale = Q(hinted_at__isnull=True) | Q(
        hinted_at__lt=from_now(-HINT_AGAIN * settings.REAP_SECONDS)
    )
    waiting = set(
        Candidate.objects.filter(stale, queue__in=queues).values_list("pk", flat=True)
    )
    chosen: list[Candidate] = []
    for one in due_candidates():
        if one.pk in waiting and busy[one.queue] < slots:
            busy[one.queue] += 1
            chosen.append(one)
    hinted = [one.pk for one in chosen]
    Candidate.objects.filter(pk__in=hinted).update(hinted_at=Now())
    return chosen
