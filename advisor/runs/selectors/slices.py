"""How good is everyone on the samples of each tag? Means with intervals."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import numpy as np

from advisor.sizing import intervals
from advisor.sizing.measurement import Case, Figure

SMALLEST_SLICE = 5


def slices_of(case: Case) -> dict[str, dict[str, Any]]:
    """Return mean scores with intervals by tag, then by candidate.

    Tags of fewer than five samples are left out. Description only: a slice decides
    through its own limit, by its own test.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for at, tags in enumerate(case.tags or ()):
        for tag in tags:
            places[tag].append(at)
    found: dict[str, dict[str, Any]] = {}
    for tag, rows in sorted(places.items()):
        for one in case.evidence:
            scores = one.answers[[at for at in rows if at < one.answers.size]]
            known = scores[~np.isnan(scores)]
            if known.size >= SMALLEST_SLICE:
                found.setdefault(tag, {})[one.id] = asdict(_mean(known.tolist()))
    return found


def _mean(values: list[float]) -> Figure:
    n, total = len(values), sum(values)
    if all(value in (0.0, 1.0) for value in values):
        interval = intervals.wilson(total, n)
    else:
        interval = intervals.betting_interval(values)
    if interval is None:
        return Figure(total / n, n=n, origin="measured")
    low, high = min(interval.low, total / n), max(interval.high, total / n)
    return Figure(total / n, low, high, n, "measured")
