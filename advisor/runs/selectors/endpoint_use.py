"""Which runs need an endpoint as it is? Those that are not finished."""

from advisor.runs.models import Candidate, Run

UNFINISHED = (
    Run.State.QUEUED,
    Run.State.RUNNING,
    Run.State.PAUSED,
    Run.State.CANCELLING,
    Run.State.FINALIZING,
)
MOST_NAMED = 3


def runs_using(endpoint_id: int) -> list[str]:
    """Return the unfinished runs with a candidate at the endpoint, at most three.

    Named by the settings (``ENDPOINT_USERS``), since the catalog knows no runs.
    """
    found = Candidate.objects.filter(
        endpoint=endpoint_id, run__state__in=UNFINISHED
    ).values_list("run__number", "run__project__name")
    named = sorted({f"run {number} of {project}" for number, project in found})
    return named[:MOST_NAMED]
