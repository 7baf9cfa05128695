"""What happens to a team's runs when it is deleted? They go, once none is live."""

from advisor.accounts.models import Team
from advisor.accounts.services import DeletionRefused
from advisor.runs.models import Run
from advisor.runs.services.states import LIVE_RUNS


def end_with_team(*, team: Team) -> None:
    """Delete the runs of a team; raise DeletionRefused while one is live.

    Runs go before samples and setups, which a run keeps from being deleted.
    """
    runs = Run.objects.select_for_update(of=("self",)).filter(team=team)
    live = runs.filter(state__in=LIVE_RUNS).select_related("project").first()
    if live is not None:
        raise DeletionRefused(
            f"Run {live.number} of {live.project.name} is live. Wait for its end, or"
            " cancel it, then delete the team."
        )
    runs.delete()
