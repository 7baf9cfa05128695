"""Do the rows of a run still add up? Ten invariants, each with its name.

Checked by `manage.py verify_run`, in the tests after every fault, and by an operator
whenever something looks odd. A broken invariant is a sentence; none is an empty list.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.fields import DateTimeField
from django.db.models.functions import Now

from advisor.projects.models import Sample
from advisor.runs.models import Attempt, Candidate, Run, RunEvent, Score, Trial
from advisor.runs.selectors.untaken import unasked, untaken
from advisor.runs.services.finishing import recomputed, unkept
from advisor.runs.services.money import ledger, month_ledger
from advisor.runs.services.states import (
    ANSWERED_TRIALS,
    CANDIDATE_EDGES,
    FINAL_RUNS,
    OPEN_TRIALS,
    RUN_EDGES,
    Edges,
)

LATE_LEASE_SECONDS = 15.0
Check = Callable[[Run], Iterator[str]]


def broken_invariants(run: Run) -> list[str]:
    """Return every invariant that does not hold, as "I3: why"; empty when all do.

    All are of one moment, as a run may go on while it is checked.
    """
    found = []
    with _one_moment():
        run.refresh_from_db()
        for number, check in enumerate(CHECKS, start=1):
            found += [f"I{number}: {why}" for why in check(run)]
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read the rows as they stand at the first of the reads of a block.

    Not in a file, where a transaction would keep everybody from writing.
    """
    if connection.in_atomic_block or connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _planned(run: Run) -> Iterator[str]:
    """I1: there is one trial for each candidate, sample and repeat."""
    count = run.manifest["samples"]["count"] * run.manifest["repeats"]
    rows = run.candidates.annotate(n=Count("trials")).exclude(n=count)
    for one in rows:
        yield f"{one.key} has {one.n} trials, planned were {count}"


def _one_answer(run: Run) -> Iterator[str]:
    """I2: what ended with an answer has one, and nothing else has."""
    trials = Trial.objects.filter(run=run)
    none = trials.filter(state__in=ANSWERED_TRIALS, answer__isnull=True).count()
    if none:
        yield f"{none} ended trials have no answer"
    early = trials.filter(answer__isnull=False).exclude(state__in=ANSWERED_TRIALS)
    if early.exists():
        yield f"{early.count()} trials have an answer and are not ended"


def _leases(run: Run) -> Iterator[str]:
    """I3: no lease is much older than its time."""
    late = ExpressionWrapper(
        Now() - timedelta(seconds=LATE_LEASE_SECONDS), output_field=DateTimeField()
    )
    stuck = Trial.objects.filter(run=run, lease_until__lt=late).count()
    stuck += Candidate.objects.filter(run=run, lease_until__lt=late).count()
    if stuck:
        yield f"{stuck} leases ran out {LATE_LEASE_SECONDS:.0f} s ago or more"


def _books(run: Run) -> Iterator[str]:
    """I4: the counters of the run and of its team equal the sum of the attempts."""
    counters = {
        "spent": run.spent_micro,
        "reserved": run.reserved_micro,
        "unknown": run.unknown_micro,
        "overshoot": run.overshoot_micro,
    }
    for name, total in ledger(run.pk).items():
        if total != counters[name]:
            yield f"{name} is {counters[name]} micro, the attempts say {total}"
    for month in run.team.months.all():
        for name, total in month_ledger(month.pk).items():
            held = getattr(month, f"{name}_micro")
            if total != held:
                yield f"{month.month:%B}: {name} is {held} micro, attempts say {total}"


def _cap(run: Run) -> Iterator[str]:
    """I5: what is spent, reserved or possibly billed stays within the cap."""
    total = run.spent_micro + run.reserved_micro + run.unknown_micro
    if run.cap_micro is not None and total > run.cap_micro:
        yield f"{total} micro pass the cap of {run.cap_micro}"
    for month in run.team.months.all():
        held = month.spent_micro + month.reserved_micro + month.unknown_micro
        if month.cap_micro is not None and held > month.cap_micro:
            yield f"{month.month:%B}: {held} micro pass the cap of {month.cap_micro}"


def _closed(run: Run) -> Iterator[str]:
    """I6: no attempt of an ended trial is open, but requests of who is timed now."""
    still = Attempt.objects.filter(trial__run=run, state=Attempt.State.RESERVED)
    timing = Q(
        claim_no__gt=F("trial__claims"), trial__candidate__lease_until__isnull=False
    )
    still = still.exclude(trial__state__in=OPEN_TRIALS).exclude(timing)
    if still.exists():
        yield f"{still.count()} attempts of ended trials are open"


def _moving(run: Run) -> Iterator[str]:
    """I7: work that is due is taken, unless its workers are busy with other work."""
    queues = sorted(queue for pk, queue in untaken() if pk == run.pk)
    if queues:
        told = ", ".join(queues)
        seconds = f"{settings.STUCK_SECONDS:.0f} s"
        yield f"there is work for {told} and nobody took it for {seconds}"
    if run.pk in unasked():
        yield "it waits for an endpoint that nobody asks"


def _same_bytes(run: Run) -> Iterator[str]:
    """I8: computing the recommendation again gives the stored bytes."""
    stored = getattr(run, "recommendation", None)
    ended = (Run.State.COMPLETED, Run.State.WITH_GAPS)
    if run.state not in FINAL_RUNS or _is_of_before(run):
        return
    if stored is None:
        if run.state in ended:
            yield "the run ended and has no recommendation"
    elif recomputed(run).decode() != stored.document:
        yield "computing the recommendation again gives other bytes"


def _is_of_before(run: Run) -> bool:
    """Say whether a run was stopped just now, and what it decided is yet to be kept."""
    return unkept().filter(pk=run.pk).exists()


def _replays(run: Run) -> Iterator[str]:
    """I9: the log of states is a path along the edges, and ends where things stand."""
    yield from _path(run.events.filter(kind="run"), RUN_EDGES, run.state, "the run")
    for one in run.candidates.all():
        events = one.events.filter(kind="candidate")
        yield from _path(events, CANDIDATE_EDGES, one.state, one.key, start="waiting")


def _path(
    events: QuerySet[RunEvent],
    edges: Edges,
    now: str,
    name: str,
    start: str | None = None,
) -> Iterator[str]:
    at = start
    for event in events.order_by("pk"):
        to = str(event.data["to"])
        if at is not None and to not in edges[at]:
            yield f"the log takes {name} from {at} to {to}"
        at = to
    if at != now:
        yield f"the log leaves {name} at {at}, it stands at {now}"


def _one_team(run: Run) -> Iterator[str]:
    """I10: nothing of the run belongs to another team."""
    if run.project.team_id != run.team_id or run.setup.project_id != run.project_id:
        yield "its project or setup is of another team"
    # Lists instead of joins: a planner without statistics repeats a join row by row.
    foreign = Trial.objects.filter(run=run).exclude(
        sample__in=Sample.objects.filter(sample_set__project=run.project_id),
        candidate__in=list(run.candidates.values_list("pk", flat=True)),
    )
    if foreign.exists():
        yield f"{foreign.count()} trials use samples or candidates of another project"
    others = run.candidates.exclude(Q(recorded=None) | Q(recorded__team=run.team_id))
    others |= run.candidates.exclude(Q(endpoint=None) | Q(endpoint__team=run.team_id))
    if others.exists():
        yield f"{others.count()} candidates use a file or endpoint of another team"
    stray = Score.objects.filter(trial__run=run, trial__answer__isnull=True)
    if stray.exists():
        yield f"{stray.count()} scores have no answer"


CHECKS: tuple[Check, ...] = (
    _planned,
    _one_answer,
    _leases,
    _books,
    _cap,
    _closed,
    _moving,
    _same_bytes,
    _replays,
    _one_team,
)
