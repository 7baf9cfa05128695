"""On what is a chart for paper drawn? A sheet of set size, axes and limit lines."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from advisor.charts import geometry, theme


@dataclass(frozen=True, slots=True)
class Sheet:
    """On what a chart is drawn: width in inches, letters in points, every n-th tick.

    ``most`` is how many letters of a name leave room for what is drawn.
    """

    width: float
    letters: float
    every: int
    most: int

    @property
    def pixels(self) -> float:
        """Return the pixels of the screen's letters that a point here stands for."""
        return 12.5 / self.letters

    def name(self, text: str) -> str:
        """Return a name that fits: a long one keeps both its ends, which tell apart."""
        if len(text) <= self.most:
            return text
        end = self.most // 2
        return f"{text[: self.most - end - 1]}…{text[-end:]}"


PAPER = Sheet(width=6.9, letters=8, every=1, most=44)
PHONE = Sheet(width=3.4, letters=9, every=2, most=24)
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "rightsize",
    "font.family": "DejaVu Sans",
    "axes.edgecolor": theme.grid_colour("light"),
    "axes.labelcolor": theme.colour("light", "ink2"),
    "xtick.color": theme.colour("light", "ink2"),
    "ytick.color": theme.colour("light", "ink2"),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


@contextmanager
def page(height: float, sheet: Sheet = PAPER) -> Iterator[tuple[Axes, io.StringIO]]:
    """Give axes of a ``height`` in inches, and fill the buffer with the SVG after."""
    buffer = io.StringIO()
    with mpl.rc_context({**STYLE, "font.size": sheet.letters}):
        figure = Figure(figsize=(sheet.width, height), layout="constrained")
        axes = figure.subplots()
        axes.grid(axis="y", color=theme.grid_colour("light"), linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        yield axes, buffer
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})


def log_axis(
    axes: Axes, values: list[float], pattern: str, sheet: Sheet = PAPER
) -> None:
    """Make the x axis logarithmic, with its ticks written by ``pattern``."""
    left, right = geometry.log_range(values)
    ticks = geometry.log_ticks(left, right)[:: sheet.every]
    axes.set_xscale("log")
    axes.set_xlim(10**left, 10**right)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: pattern.format(x)))


def money_axis(axes: Axes, costs: list[float], sheet: Sheet = PAPER) -> None:
    """Make the x axis one of dollars, logarithmic."""
    log_axis(axes, costs, "{}", sheet)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: geometry.short(x, "$")))


def dashed(axes: Axes, *, x: float | None = None, y: float | None = None) -> None:
    """Draw a limit: a dashed line across the plot."""
    red = theme.colour("light", "fail")
    if x is not None:
        axes.axvline(x, color=red, linewidth=1, linestyle=(0, (5, 4)))
    if y is not None:
        axes.axhline(y, color=red, linewidth=1, linestyle=(0, (5, 4)))


def red(
    axes: Axes, x: float, y: float, text: str, ha: str = "left", va: str = "bottom"
) -> None:
    """Write the words of a limit beside their place."""
    shift = (-3 if ha == "right" else 4, -3 if va == "top" else 3)
    axes.annotate(
        text,
        (x, y),
        xytext=shift,
        textcoords="offset points",
        color=theme.colour("light", "fail"),
        ha=ha,
        va=va,
    )
