"""How does paper draw cost against volume? Lines with their names and costs beside."""

from collections.abc import Sequence
from math import log10

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from advisor.charts import geometry, theme
from advisor.charts.sheet import PAPER, PHONE, Sheet, dashed, page, red
from advisor.charts.values import CostLine, CostVolume

HEIGHT_IN = {PAPER: 2.5, PHONE: 3.0}
APART = {PAPER: 0.18, PHONE: 0.08}  # of the plot's height: a name's two lines, or one
# Behind a name that stands among lines.
BACKED = {"facecolor": "white", "alpha": 0.8, "pad": 0.5, "linewidth": 0}
ROLES = {
    "recommended": "accent",
    "meets": "ink2",
    "within_margin": "warn",
    "fails": "muted",
    "reference": "ink",
}
WIDTHS = {"recommended": 2.2, "reference": 1.6}


def cost_volume(chart: CostVolume, sheet: Sheet = PAPER) -> str:
    """Return the SVG of monthly cost against volume, log-log.

    A circle marks where two lines cross, a dotted line the project's own volume.
    """
    lines = [line for line in chart.lines if line.costs]
    with page(HEIGHT_IN[sheet], sheet) as (axes, svg):
        _scales(axes, chart, lines, sheet)
        for line in lines:
            axes.plot(
                line.volumes,
                line.costs,
                color=theme.colour("light", ROLES[line.verdict]),
                linewidth=WIDTHS.get(line.verdict, 1.1),
                solid_capstyle="butt",
            )
        if chart.budget:
            dashed(axes, y=chart.budget)
            words = f"Budget {geometry.money(chart.budget)}"
            red(axes, axes.get_xlim()[0], chart.budget, words)
        if chart.volume:
            _own_volume(axes, lines, chart.volume)
        for volume, cost in chart.break_even:
            _break_even(axes, volume, cost, sheet)
        _names(axes, lines, chart.volume, sheet)
    return svg.getvalue()


def _scales(
    axes: Axes, chart: CostVolume, lines: Sequence[CostLine], sheet: Sheet
) -> None:
    volumes = [v for line in lines for v in line.volumes] or [1.0, 10.0]
    costs = [c for line in lines for c in line.costs if c > 0] or [1.0]
    low, high = geometry.log_range([*costs, chart.budget or costs[0]])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(min(volumes), max(volumes))
    axes.set_ylim(10**low, 10**high)
    ends = log10(min(volumes)), log10(max(volumes))
    for axis, ticks, unit in (
        (axes.xaxis, geometry.log_ticks(*ends), ""),
        (axes.yaxis, geometry.log_ticks(low, high), "$"),
    ):
        axis.set_major_locator(FixedLocator(ticks[:: sheet.every]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(
            FuncFormatter(lambda tick, _, unit=unit: geometry.short(tick, unit))
        )
    axes.set_xlabel("Requests per month (log scale)")
    axes.set_title("Cost per month (log scale)", loc="left", fontsize=sheet.letters)


def _own_volume(axes: Axes, lines: Sequence[CostLine], volume: float) -> None:
    """Mark the project's own volume, and what each line costs there."""
    ink = theme.colour("light", "ink2")
    axes.axvline(volume, color=ink, linewidth=0.9, linestyle=(0, (1.2, 2.4)))
    axes.annotate(
        f"Your volume {geometry.short(volume)}",
        (volume, axes.get_ylim()[1]),
        xytext=(-4, -3),
        textcoords="offset points",
        color=ink,
        ha="right",
        va="top",
    )
    for line in lines:
        colour = theme.colour("light", ROLES[line.verdict])
        axes.plot(volume, cost_at(line, volume), "o", ms=4.5, color=colour)


def _break_even(axes: Axes, volume: float, cost: float, sheet: Sheet) -> None:
    ink = theme.colour("light", "ink")
    at = float(f"{volume:.2g}")
    words = f"Break-even: {at:,.0f} requests"
    axes.plot(volume, cost, "o", ms=6.5, markerfacecolor="white", color=ink, mew=1.3)
    axes.annotate(
        words if sheet is PAPER else f"Break-even {geometry.short(at)}",
        (volume, cost),
        xytext=(6, -7),
        textcoords="offset points",
        color=ink,
        ha="left",
        va="top",
        weight="bold",
    )


def _names(
    axes: Axes, lines: Sequence[CostLine], volume: float | None, sheet: Sheet
) -> None:
    """Write name and cost at the right end of each line, apart from one another.

    The narrow sheet holds the names alone, inside and above the ends of the lines.
    """
    low, high = (log10(end) for end in axes.get_ylim())
    at, wide = 0.0, sheet is PAPER
    for line in sorted(lines, key=lambda line: line.costs[-1]):
        wanted = (log10(max(line.costs[-1], 1e-9)) - low) / (high - low)
        at = max(wanted, at)
        words = sheet.name(line.label)
        if volume and wide:
            words += f"\n{geometry.money(cost_at(line, volume))}"
        axes.annotate(
            words,
            (1.0, min(at, 1.0)),
            xycoords="axes fraction",
            xytext=(6, 0) if wide else (-3, 7),
            textcoords="offset points",
            color=theme.colour("light", ROLES[line.verdict]),
            weight="bold" if line.verdict in WIDTHS else "normal",
            ha="left" if wide else "right",
            va="center",
            linespacing=1.2,
            bbox=None if wide else BACKED,
        )
        at = min(at, 1.0) + APART[sheet]


def cost_at(line: CostLine, volume: float) -> float:
    """Return the dollars of a line at the drawn volume nearest to ``volume``."""
    logs = [abs(log10(one) - log10(volume)) for one in line.volumes]
    return line.costs[logs.index(min(logs))]
