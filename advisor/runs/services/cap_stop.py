"""What if the next call could pass a cap? It is not sent, and the run stops."""

from datetime import UTC, datetime

from advisor.runs.models import Run
from advisor.runs.services.money import reached_cap
from advisor.runs.services.reaping import skip
from advisor.runs.services.states import move_run


def stop_at_cap(run_id: int, worst: int) -> bool:
    """Stop a run whose next call of ``worst`` micro a cap forbids; say which cap."""
    run = Run.objects.select_related("team").get(pk=run_id)
    text = (
        "The next call could pass the cap, so it was not sent. Raise the cap to go on."
    )
    if reached_cap(run, worst) == "month":
        text = (
            f"The next call could pass the cap of team {run.team.name} for"
            f" {datetime.now(UTC):%B}, so it was not sent. An owner can raise the cap."
        )
    stopped = move_run(run_id, to=Run.State.BUDGET_STOPPED, text=text, level="warning")
    if stopped:
        skip(run_id, why="budget")
    return stopped
