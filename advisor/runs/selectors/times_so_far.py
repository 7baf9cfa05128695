"""Which requests of a run's speed phase were timed so far? Rows, in one query."""

from collections.abc import Iterator

from advisor.runs.models import Run, SpeedRecord


def timed(run: Run) -> Iterator[tuple[int, str, float | None, bool]]:
    """Yield candidate, phase, milliseconds and whether it failed; no warm-up."""
    rows = SpeedRecord.objects.filter(candidate__run=run).exclude(
        phase=SpeedRecord.Phase.WARM_UP
    )
    listed = rows.values_list("candidate_id", "phase", "total_ms", "failure_code")
    for pk, phase, total, failure in listed.order_by():
        yield pk, phase, total, bool(failure)
