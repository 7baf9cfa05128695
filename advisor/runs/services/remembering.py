"""How does a team's record tell what was done with a run? One row an act, in words."""

from advisor.accounts.models import User
from advisor.accounts.services import record
from advisor.catalog.models import Endpoint
from advisor.projects.selectors import is_outside
from advisor.runs.models import Run
from advisor.runs.services.planning import Plan

PAST = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "retry": "retried",
    "others": "widened",
    "raise_cap": "cap_raised",
}


def remember(*, run: Run, by: User | None, verb: str) -> None:
    """Record a step of a run; ``verb`` is one of PAST."""
    record(team=run.team, actor=by, action=f"run.{PAST[verb]}", target=_called(run))


def remember_launch(*, run: Run, by: User | None, plan: Plan) -> None:
    """Record a launch, and to which endpoints outside samples go by consent."""
    cap = "no cap" if run.cap_micro is None else f"cap ${run.cap_micro / 1e6:,.2f}"
    record(
        team=run.team,
        actor=by,
        action="run.launched",
        target=_called(run),
        detail={"cap": cap},
    )
    named = [one.endpoint_id for one in plan.candidates if one.endpoint_id]
    called = Endpoint.objects.filter(team=run.team, pk__in=named).order_by("pk")
    outside = [endpoint.name for endpoint in called if is_outside(endpoint)]
    if outside:
        record(
            team=run.team,
            actor=by,
            action="samples.consented",
            target=", ".join(outside),
            detail={"samples": len(plan.samples), "run": run.number},
        )


def _called(run: Run) -> str:
    return f"run {run.number} of {run.project.name}"
