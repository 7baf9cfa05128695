"""How does a browser get a figure of the record? As the very SVG of the paper.

A phone gets it narrower, with letters that are still read there.

A figure of a finished run never changes, so a process draws it once. Matplotlib keeps
its settings in one place for all threads: one draws at a time.
"""

import re
from threading import Lock

from advisor.reports.pages.comparison import comparison_of
from advisor.reports.pages.record.figures import svg_of
from advisor.reports.pages.record.value import FigureName
from advisor.reports.selectors import Result

KEPT = 192
NARROW = "-narrow"  # ends the name of a figure that is drawn for a phone
NOISE = re.compile(r"<!DOCTYPE[^>]*>|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
NAMES: tuple[FigureName, ...] = ("trade-off", "latency", "volume")
_pen = Lock()
_drawn: dict[tuple[int, str, str], str | None] = {}


def figure_svg(result: Result, name: str) -> str | None:
    """Return a figure of a finished run as SVG; None for one that it has not.

    ``trade-off-narrow`` is the figure ``trade-off`` for a phone.
    """
    wanted = next((one for one in NAMES if one == name.removesuffix(NARROW)), None)
    if wanted is None:
        return None
    key = (result.run.pk, result.run.recommendation.sha256, name)
    with _pen:
        if key not in _drawn:
            while len(_drawn) >= KEPT:
                _drawn.pop(next(iter(_drawn)))
            narrow = name.endswith(NARROW)
            svg = svg_of(comparison_of(result), wanted, narrow=narrow)
            _drawn[key] = None if svg is None else light(svg)
        return _drawn[key]


def light(svg: str) -> str:
    """Return a picture for a screen: tenths of a point, no metadata, half the weight.

    Numbers in the tags are shortened; what the picture says is left as it is.
    """
    drawn = TAG.sub(lambda tag: LONG_NUMBER.sub(r"\1", tag[0]), NOISE.sub("", svg))
    return " ".join(drawn.split()).replace("> <", "><")
