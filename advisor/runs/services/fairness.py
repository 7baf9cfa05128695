"""Whose turn is it? Teams share the workers of a queue, whatever each has asked for.

The rule: a free worker goes to the team with the fewest workers of the queue at work;
among equals to the one whose last slice ended longest ago. A slice is short
(``SLICE_SECONDS``), so a team with 50 trials waits for slices, never for another team's
10,000 trials. Within a team the oldest run comes first, in a run the reference, then
the planned order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Trial
from advisor.web.clock import from_now

# A turn that long ago is as good as none.
REMEMBERED_SECONDS = 3600.0
NEVER = datetime.min.replace(tzinfo=UTC)
Seat = tuple[str, int]  # queue and team


def at_work() -> QuerySet[Candidate]:
    """Return the candidates that somebody works on at this moment."""
    held = Trial.objects.filter(candidate=OuterRef("pk"), state=Trial.State.LEASED)
    return Candidate.objects.filter(Exists(held) | Q(lease_until__isnull=False))


def busy_workers() -> Counter[Seat]:
    """Return the workers of each queue that a team has at work.

    One asks the reference of a race beside its candidates, which takes no seat more.
    """
    rows = at_work().values_list("queue", "run__team", "open_to", "run", "pk")
    works = {
        (queue, team, run if queue == "remote" and raced is not None else -pk)
        for queue, team, raced, run, pk in rows
    }
    return Counter((queue, team) for queue, team, _ in works)


def served(candidate_id: int) -> None:
    """Note that a slice of a candidate's work ended: its team had its turn."""
    Candidate.objects.filter(pk=candidate_id).update(served_at=Now())


def in_turn(
    due: Sequence[Candidate], free: Mapping[str, int], hinted: Sequence[Candidate]
) -> list[Candidate]:
    """Return who gets the free workers of each queue; ``due`` in the order of work.

    ``hinted`` are on their way to a worker and count as at work.
    """
    busy = busy_workers()
    busy.update(_seat(one) for one in hinted)
    last = _last_turns()
    left, chosen = dict(free), list[Candidate]()
    queued: dict[Seat, list[Candidate]] = {}
    for one in due:
        queued.setdefault(_seat(one), []).append(one)
    while True:
        ready = [seat for seat, rows in queued.items() if rows and left[seat[0]] > 0]
        if not ready:
            return chosen
        seat = min(ready, key=lambda s: (busy[s], last.get(s, NEVER)))
        chosen.append(queued[seat].pop(0))
        busy[seat] += 1
        left[seat[0]] -= 1


def _seat(one: Candidate) -> Seat:
    return one.queue, one.run.team_id


def _last_turns() -> dict[Seat, datetime]:
    rows = Candidate.objects.filter(served_at__gt=from_now(-REMEMBERED_SECONDS))
    turns = rows.order_by().values_list("queue", "run__team")
    return {(q, team): at for q, team, at in turns.annotate(last=Max("served_at"))}
