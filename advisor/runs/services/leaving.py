"""What happens to the runs of somebody who leaves the team? They stop, with the reason.

A run acts with the rights of who launched it: without them it sends nothing more. Its
answers stay; another member may resume it, or launch it anew.
"""

from advisor.accounts.models import Membership
from advisor.runs.models import EndpointWait, Run
from advisor.runs.services.steering import cancel, pause


def stop_runs_of(*, leaving: Membership) -> None:
    """Pause what a member launched and runs now; cancel what has not begun."""
    started = Run.objects.filter(team=leaving.team_id, created_by=leaving.user_id)
    reason = f"{leaving.user}, who launched it, left the team."
    for run in started.filter(state=Run.State.RUNNING):
        pause(run=run, reason=reason)
    for run in started.filter(state=Run.State.QUEUED):
        cancel(run=run)
    # What was paused for its endpoint would go on by itself.
    paused = started.filter(state=Run.State.PAUSED)
    waits = EndpointWait.objects.filter(candidate__run__in=paused, run_paused=True)
    held = set(waits.values_list("candidate__run", flat=True))
    waits.update(run_paused=False)
    Run.objects.filter(pk__in=held).update(pause_reason=reason[:300])
