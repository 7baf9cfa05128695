"""How good is everyone so far, against the floor so far? It decides nothing."""

import json
from collections.abc import Mapping
from typing import Any

from advisor.runs.models import Run
from advisor.runs.selectors import RunProgress
from advisor.sizing import formats
from advisor.sizing.constraints import DEFAULT_MARGIN
from advisor.sizing.measurement import Figure
from advisor.web.gauge import Gauge, Status, quality_axis


def document_of(run: Run) -> dict[str, Any] | None:
    """Return what was decided, None before the end."""
    stored = getattr(run, "recommendation", None)
    return None if stored is None else dict(json.loads(stored.document))


def decided_in(document: Mapping[str, Any] | None) -> dict[str, Figure]:
    """Return the quality that was decided on, by candidate; empty before the end."""
    found = [] if document is None else document["candidates"]
    return {one["id"]: Figure(**one["quality"]) for one in found if one["quality"]}


def floor_so_far(
    run: Run, progress: RunProgress, decided: Mapping[str, Figure]
) -> float | None:
    """Return the higher of the reference's score less the margin, and the minimum.

    A share of the full score; None while neither is known.
    """
    limits = run.manifest["constraints"]
    bar = next((one for one in progress.candidates if one.role == "reference"), None)
    figure = None if bar is None else decided.get(bar.key, bar.quality)
    minimum = _limit(limits.get("min_quality"))
    lines = [] if minimum is None else [minimum]
    if figure is not None and figure.value is not None:
        margin = _limit(limits.get("quality_margin"))
        lines.append(figure.value - (DEFAULT_MARGIN if margin is None else margin))
    return max(lines, default=None)


def gauge_so_far(figure: Figure | None, floor: float | None) -> Gauge | None:
    """Return a quality against the floor; None where either is not known."""
    if figure is None or figure.value is None or floor is None:
        return None
    value, low, high = (
        None if end is None else 100 * end
        for end in (figure.value, figure.low, figure.high)
    )
    return Gauge.at_least(
        value,
        100 * floor,
        text=f"{formats.plus_minus(figure)} so far, floor {100 * floor:.1f}",
        status=_status(figure, floor),
        low=low,
        high=high,
        axis=quality_axis(100 * floor),
    )


def _status(figure: Figure, floor: float) -> Status:
    if figure.low is not None and figure.low >= floor:
        return "met"
    if figure.high is not None and figure.high < floor:
        return "failed"
    return "undecided"


def _limit(entry: Any) -> float | None:
    found = entry.get("limit") if isinstance(entry, Mapping) else entry
    return None if found is None else float(found)
