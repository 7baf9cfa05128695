"""How is a run moved, or the move refused in words? One step of its states."""

from collections.abc import Iterable
from typing import Any

from advisor.runs.models import Candidate, Run
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.states import RUN_EDGES, before, move_candidate, move_run

GOING = (Run.State.QUEUED, Run.State.RUNNING, Run.State.PAUSED)


def step(
    run: Run,
    *,
    to: str,
    text: str,
    sources: tuple[str, ...] | None = None,
    **fields: Any,
) -> None:
    """Move a run; raise StepRefused with the state it stands in where it cannot."""
    moved = move_run(run.pk, to=to, text=text, sources=sources, **fields)
    run.refresh_from_db()
    if not moved:
        possible = before(RUN_EDGES, to)
        allowed = [one for one in possible if sources is None or one in sources]
        named = " or ".join(Run.State(one).label.lower() for one in allowed)
        raise StepRefused(
            f"Run {run.number} is {run.get_state_display().lower()}. This step is"
            f" possible while it is {named}."
        )


def wake(candidates: Iterable[Candidate]) -> None:
    """Let candidates wait for a worker again."""
    for one in candidates:
        move_candidate(
            one,
            to=Candidate.State.WAITING,
            reason="",
            crashes=0,
            finished_at=None,
            hinted_at=None,
        )
