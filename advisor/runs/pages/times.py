"""How fast was everyone so far, at p95? Of the speed phase; it decides nothing."""

from collections import defaultdict
from collections.abc import Mapping
from math import inf
from typing import Any

from advisor.runs.models import Run
from advisor.runs.selectors import RunProgress
from advisor.runs.selectors.times_so_far import timed
from advisor.sizing import formats
from advisor.sizing.percentiles import point

FEWEST = 20  # requests; as with the quality, fewer say little
TIMED = ("speed", "done")


def p95_so_far(
    run: Run, progress: RunProgress, document: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return p95 by candidate, as text; of a run that ended the one decided on.

    Who has been timed too little, or not at all, is not in it.
    """
    if document is not None:
        found = {one["id"]: _p95_of(one) for one in document["candidates"]}
    elif any(one.state in TIMED for one in progress.candidates):
        keys = {one.id: one.key for one in progress.candidates}
        found = {keys[pk]: _p95(times) for pk, times in _by_candidate(run).items()}
    else:
        found = {}
    return {k: formats.duration(ms) for k, ms in found.items() if ms is not None}


def limit_told(run: Run) -> str:
    """Return the limit of the setup under the column's head; "" without one."""
    entry = run.manifest["constraints"].get("p95_latency_ms")
    limit = entry.get("limit") if isinstance(entry, Mapping) else entry
    return "" if limit is None else f"limit {formats.duration(float(limit))}"


def _by_candidate(run: Run) -> dict[int, list[float]]:
    """Return the times of each candidate under load, else one at a time."""
    phases: dict[tuple[int, str], list[float]] = defaultdict(list)
    for pk, phase, total, failed in timed(run):
        lost = failed or total is None
        phases[pk, phase].append(inf if lost or total is None else total)
    alone = {pk: times for (pk, phase), times in phases.items() if phase == "single"}
    loaded = {pk: times for (pk, phase), times in phases.items() if phase == "load"}
    return alone | loaded


def _p95(times: list[float]) -> float | None:
    """Return the time within which 95 of 100 answers came, in ms."""
    return point(times, 0.95) if len(times) >= FEWEST else None


def _p95_of(finding: Mapping[str, Any]) -> float | None:
    figure = (finding["latency_ms"] or {}).get("p95")
    if figure is None:
        return None
    # JSON has no number for a time that failures leave without an end.
    return inf if figure["value"] is None else float(figure["value"])
