"""Who should be told that there is work? Candidates with something to do now."""

from collections import Counter
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.claiming import is_opened
from advisor.runs.services.fairness import at_work, busy_workers, in_turn
from advisor.runs.services.seats import seats_by_queue
from advisor.runs.services.states import OPEN_TRIALS, WORKING
from advisor.web.clock import from_now

S = Candidate.State
# A hint is repeated after so many looks of the dispatcher, in case it was lost.
HINT_AGAIN = 5


def due_candidates(run_ids: Iterable[int] | None = None) -> list[Candidate]:
    """Return the candidates with work that may start now, in the order of work.

    Runs in their order of age; in a run the reference first, then the planned order.
    """
    ready = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    claimable = Trial.objects.filter(
        ready, is_opened(), candidate=OuterRef("pk"), state=Trial.State.PENDING
    )
    unfinished = Trial.objects.filter(candidate=OuterRef("pk"), state__in=OPEN_TRIALS)
    # In a race who has been asked everything waits for the reference to be judged.
    judged = Q(open_to__isnull=True) | Q(role="reference") | ~Q(decision="")
    ended = ~Exists(unfinished) & judged
    answering = Q(state__in=WORKING) & (Exists(claimable) | ended)
    found = Candidate.objects.filter(
        answering | Q(state=S.SPEED),
        lease_until__isnull=True,
        run__state__in=(Run.State.QUEUED, Run.State.RUNNING),
    )
    if run_ids is not None:
        found = found.filter(run__in=list(run_ids))
    return sorted(
        found.select_related("run").defer(
            "spec", "facts", "certifiers", "run__manifest"
        ),
        key=lambda one: (one.run_id, one.role != "reference", one.position),
    )


def working_by_queue() -> Counter[str]:
    """Return how many workers of each queue are at work at this moment."""
    found: Counter[str] = Counter()
    for (queue, _), count in busy_workers().items():
        found[queue] += count
    return found


@transaction.atomic
def take_hints() -> list[Candidate]:
    """Return the candidates to publish a hint for now, and note that it was done.

    At most as many as a queue has free workers, teams in turn; a candidate that was
    hinted just now keeps its place, so that no other model is loaded before it.
    """
    free = seats_by_queue()
    free.subtract(working_by_queue())
    recent = from_now(-HINT_AGAIN * settings.REAP_SECONDS)
    hinted = set(
        Candidate.objects.filter(hinted_at__gt=recent).values_list("pk", flat=True)
    )
    due, busy = due_candidates(), set(at_work().values_list("pk", flat=True))
    waiting = [one for one in due if one.pk in hinted - busy]
    free.subtract(one.queue for one in waiting)
    others = [one for one in due if one.pk not in hinted]
    chosen = in_turn(others, free, waiting)
    ids = [one.pk for one in chosen]
    Candidate.objects.filter(pk__in=ids).update(hinted_at=Now())
    return chosen


def next_hints(candidate_id: int) -> list[Candidate]:
    """Return the hints to publish after a slice of a candidate: perhaps its own."""
    Candidate.objects.filter(pk=candidate_id).update(hinted_at=None)
    return take_hints()


def forget_hints(candidates: Iterable[Candidate]) -> None:
    """Note that hints were not sent after all."""
    ids = [one.pk for one in candidates]
    Candidate.objects.filter(pk__in=ids).update(hinted_at=None)
