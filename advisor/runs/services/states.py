"""Which step may follow which? The edges of runs, candidates and trials.

Every change is compare-and-set: one UPDATE that names the states it may leave, its
row count checked, and an event row in the same transaction. Nothing else writes a
state of a run or a candidate.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Now

from advisor.runs.models import Candidate, Run, RunEvent, Trial

R, C, T = Run.State, Candidate.State, Trial.State
Edges = Mapping[str, frozenset[str]]

RUN_EDGES: Edges = {
    R.QUEUED: frozenset({R.RUNNING, R.CANCELLING, R.FAILED}),
    R.RUNNING: frozenset(
        {R.PAUSED, R.CANCELLING, R.FINALIZING, R.BUDGET_STOPPED, R.FAILED}
    ),
    R.PAUSED: frozenset({R.RUNNING, R.CANCELLING, R.FAILED}),
    R.CANCELLING: frozenset({R.CANCELLED}),
    R.FINALIZING: frozenset({R.COMPLETED, R.WITH_GAPS, R.FAILED}),
    # A final run goes on only as a new generation: retry, resume, a raised cap.
    R.COMPLETED: frozenset({R.RUNNING}),
    R.WITH_GAPS: frozenset({R.RUNNING}),
    R.CANCELLED: frozenset({R.RUNNING}),
    R.BUDGET_STOPPED: frozenset({R.RUNNING, R.CANCELLING}),
    R.FAILED: frozenset({R.RUNNING}),
}
CANDIDATE_EDGES: Edges = {
    C.WAITING: frozenset({C.PREPARING, C.PAUSED, C.UNFIT, C.NOT_RUN}),
    C.PREPARING: frozenset({C.READY, C.WAITING, C.PAUSED, C.UNFIT, C.NOT_RUN}),
    C.READY: frozenset({C.SPEED, C.DONE, C.WAITING, C.PAUSED, C.UNFIT, C.NOT_RUN}),
    C.SPEED: frozenset({C.DONE, C.WAITING, C.PAUSED, C.UNFIT, C.NOT_RUN}),
    C.PAUSED: frozenset({C.WAITING, C.NOT_RUN}),
    C.DONE: frozenset({C.WAITING}),
    C.UNFIT: frozenset({C.WAITING}),
    C.NOT_RUN: frozenset({C.WAITING}),
}
TRIAL_EDGES: Edges = {
    T.PENDING: frozenset({T.LEASED, T.SKIPPED}),
    T.LEASED: frozenset({T.PENDING, T.SUCCEEDED, T.FAILED, T.QUARANTINED}),
    T.SUCCEEDED: frozenset(),
    T.FAILED: frozenset({T.PENDING}),
    T.SKIPPED: frozenset({T.PENDING}),
    T.QUARANTINED: frozenset({T.PENDING}),
}

LIVE_RUNS = (R.QUEUED, R.RUNNING, R.CANCELLING, R.FINALIZING)
FINAL_RUNS = (R.COMPLETED, R.WITH_GAPS, R.CANCELLED, R.BUDGET_STOPPED, R.FAILED)
OPEN_TRIALS = (T.PENDING, T.LEASED)
ANSWERED_TRIALS = (T.SUCCEEDED, T.FAILED, T.QUARANTINED)
WORKING = (C.WAITING, C.PREPARING, C.READY)
FINAL_CANDIDATES = (C.DONE, C.UNFIT, C.NOT_RUN)


def before(edges: Edges, to: str) -> tuple[str, ...]:
    """Return the states from which ``to`` may be reached."""
    return tuple(str(state) for state, nexts in edges.items() if to in nexts)


@transaction.atomic
def move_run(
    run_id: int,
    *,
    to: str,
    text: str,
    level: str = "info",
    sources: tuple[str, ...] | None = None,
    **fields: object,
) -> bool:
    """Move a run to ``to`` if its edges allow; False when it stands elsewhere.

    ``sources`` narrows the states it may leave; ``fields`` are set along with it.
    """
    allowed = before(RUN_EDGES, to)
    leaving = [state for state in allowed if sources is None or state in sources]
    if to in FINAL_RUNS:
        fields.setdefault("finished_at", Now())
    moved = Run.objects.filter(pk=run_id, state__in=leaving).update(state=to, **fields)
    if moved:
        note(run_id, kind="run", text=text, level=level, data={"to": str(to)})
    return bool(moved)


@transaction.atomic
def move_candidate(
    candidate: Candidate,
    *,
    to: str,
    text: str = "",
    level: str = "info",
    sources: tuple[str, ...] | None = None,
    **fields: object,
) -> bool:
    """Move a candidate to ``to`` if its edges allow; False when it stands elsewhere.

    The event carries ``text``, or the name and the new state where none is given.
    """
    allowed = before(CANDIDATE_EDGES, to)
    leaving = [state for state in allowed if sources is None or state in sources]
    if to in FINAL_CANDIDATES:
        fields.setdefault("finished_at", Now())
    found = Candidate.objects.filter(pk=candidate.pk, state__in=leaving)
    moved = found.update(state=to, **fields)
    if moved:
        candidate.refresh_from_db()
        note(
            candidate.run_id,
            candidate_id=candidate.pk,
            kind="candidate",
            text=text or f"{candidate.key}: {C(to).label.lower()}.",
            level=level,
            data={"to": str(to)},
        )
    return bool(moved)


def note(
    run_id: int,
    *,
    kind: str,
    text: str,
    level: str = "info",
    candidate_id: int | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Write one line into the log of a run; at most 500 characters are kept."""
    RunEvent.objects.create(
        run_id=run_id,
        candidate_id=candidate_id,
        kind=kind,
        level=level,
        text=text[:500],
        data=dict(data or {}),
    )
