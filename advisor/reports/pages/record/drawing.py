"""How does a browser get a figure of the record? As the very SVG of the paper.

A figure of a finished run never changes, so a process draws it once. Matplotlib keeps
its settings in one place for all threads: one draws at a time.
"""

from threading import Lock

from advisor.reports.pages.comparison import comparison_of
from advisor.reports.pages.record.figures import svg_of
from advisor.reports.pages.record.value import FigureName
from advisor.reports.selectors import Result

KEPT = 96
NAMES: tuple[FigureName, ...] = ("trade-off", "latency", "volume")
_pen = Lock()
_drawn: dict[tuple[int, str, str], str | None] = {}


def figure_svg(result: Result, name: str) -> str | None:
    """Return a figure of a finished run as SVG; None for one that it has not."""
    wanted = next((one for one in NAMES if one == name), None)
    if wanted is None:
        return None
    key = (result.run.pk, result.run.recommendation.sha256, name)
    with _pen:
        if key not in _drawn:
            while len(_drawn) >= KEPT:
                _drawn.pop(next(iter(_drawn)))
            _drawn[key] = svg_of(comparison_of(result), wanted)
        return _drawn[key]
