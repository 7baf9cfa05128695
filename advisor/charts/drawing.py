"""How is a chart drawn as SVG? With the library that only papers load.

Literal light colours, DejaVu Sans, text kept as text, and the same bytes for the same
values: the PDF must not change when nothing measured did.
"""

from math import log10

from matplotlib.axes import Axes

from advisor.charts import geometry, limits, theme
from advisor.charts.labels import Name, spread
from advisor.charts.sheet import PAPER, PHONE, Sheet, dashed, money_axis, page, red
from advisor.charts.theme import Verdict
from advisor.charts.values import Point, TradeOff

HEIGHT_IN = {PAPER: 3.1, PHONE: 3.6}
PLOT = {PAPER: (440, 165), PHONE: (208, 188)}  # points of the plot within its words
MARKS: dict[Verdict, tuple[str, float, bool]] = {
    "recommended": ("o", 8.5, True),
    "meets": ("o", 6, True),
    "within_margin": ("D", 6.5, False),
    "fails": ("o", 6, False),
    "reference": ("s", 6.5, True),
}
ROLES: dict[Verdict, str] = {
    "recommended": "accent",
    "meets": "ink2",
    "within_margin": "warn",
    "fails": "muted",
    "reference": "ink",
}


def trade_off(trade: TradeOff, sheet: Sheet = PAPER) -> str:
    """Return the SVG of quality against cost; quality alone where no cost is known."""
    points = geometry.drawable(trade)
    if not points:
        return quality_only(trade, sheet)
    with page(HEIGHT_IN[sheet], sheet) as (axes, svg):
        costs = [point.cost for point in points if point.cost is not None]
        money_axis(axes, costs + [trade.budget or costs[0]], sheet)
        axes.set_ylim(*geometry.quality_range(trade))
        between = " " if sheet is PAPER else "\n"
        axes.set_xlabel(f"{trade.cost_title}{between}(log scale)")
        axes.set_title("Quality, points of score", loc="left", fontsize=sheet.letters)
        _limits(axes, trade)
        _frontier(axes, trade, points)
        for point in points:
            _dot(axes, point)
        _names(axes, trade, points, sheet)
    return svg.getvalue()


def quality_only(trade: TradeOff, sheet: Sheet = PAPER) -> str:
    """Return the SVG of one row a candidate: quality, interval, floor."""
    rows = [point for point in reversed(trade.points) if point.quality is not None]
    with page(0.8 + 0.34 * max(1, len(rows)), sheet) as (axes, svg):
        axes.set_xlim(*geometry.quality_range(trade))
        axes.set_yticks(range(len(rows)), [sheet.name(point.label) for point in rows])
        axes.set_ylim(-0.6, len(rows) - 0.3)
        axes.set_xlabel("Quality, points of score")
        axes.grid(axis="y", visible=False)
        for index, point in enumerate(rows):
            colour = theme.colour("light", ROLES[point.verdict])
            axes.plot(_ends(point), (index, index), color=colour, linewidth=1)
            _mark(axes, point.quality or 0.0, index, point.verdict)
        if trade.floor is not None:
            dashed(axes, x=trade.floor)
            red(axes, trade.floor, len(rows) - 0.45, trade.floor_label)
    return svg.getvalue()


def _limits(axes: Axes, trade: TradeOff) -> None:
    left, right = axes.get_xlim()
    low, high = axes.get_ylim()
    if trade.floor is not None or trade.budget:
        axes.fill_between(
            (left, trade.budget or right),
            trade.floor if trade.floor is not None else low,
            high,
            color=theme.colour("light", "inside"),
            lw=0,
            zorder=0,
        )
    if trade.floor is not None and trade.budget:
        axes.annotate(
            limits.INSIDE,
            (left, high),
            xytext=(4, -3),
            textcoords="offset points",
            color=theme.colour("light", "pass"),
            va="top",
        )
    if trade.floor is not None:
        dashed(axes, y=trade.floor)
        red(axes, right, trade.floor, trade.floor_label, ha="right", va="top")
    if trade.budget:
        dashed(axes, x=trade.budget)
        red(axes, trade.budget, low, f" {trade.budget_label}")


def _mark(axes: Axes, x: float, y: float, verdict: Verdict) -> None:
    symbol, size, filled = MARKS[verdict]
    colour = theme.colour("light", ROLES[verdict])
    face = colour if filled else "white"
    axes.plot(x, y, symbol, ms=size, color=colour, markerfacecolor=face, mew=1.3)


def _ends(point: Point) -> tuple[float, float]:
    quality = point.quality if point.quality is not None else 0.0
    low = point.low if point.low is not None else quality
    return (low, point.high if point.high is not None else quality)


def _dot(axes: Axes, point: Point) -> None:
    cost, quality = point.cost or 1.0, point.quality or 0.0
    colour = theme.colour("light", ROLES[point.verdict])
    axes.plot((cost, cost), _ends(point), color=colour, linewidth=1)
    _mark(axes, cost, quality, point.verdict)


def _frontier(axes: Axes, trade: TradeOff, points: tuple[Point, ...]) -> None:
    """Join those that nobody beats on both quality and cost."""
    best = sorted(
        (point.cost or 1.0, point.quality or 0.0)
        for point in points
        if point.label in trade.frontier
    )
    costs, qualities = [cost for cost, _ in best], [quality for _, quality in best]
    axes.plot(costs, qualities, color=theme.colour("light", "muted"), linewidth=0.8)


def _names(
    axes: Axes, trade: TradeOff, points: tuple[Point, ...], sheet: Sheet
) -> None:
    """Write every point's name where it covers no other, the recommended first."""
    rank = {"recommended": 0, "reference": 1}
    ordered = sorted(points, key=lambda point: rank.get(point.verdict, 2))
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    span = log10(right / left)
    width, height = (points * sheet.pixels for points in PLOT[sheet])

    def down(quality: float | None) -> float:
        return (high - (quality or 0.0)) / (high - low) * height

    names = [
        Name(
            x=log10((point.cost or 1.0) / left) / span * width,
            y=down(point.quality),
            text=sheet.name(point.label),
            left=point.verdict in rank,
            whisker=None if point.low is None else (down(point.high), down(point.low)),
        )
        for point in ordered
    ]
    ends = (log10(left), log10(right)), (low, high)
    blocked = limits.boxes(trade, ends, (width, height))
    for point, spot in zip(ordered, spread(names, width, height, blocked), strict=True):
        axes.annotate(
            sheet.name(point.label),
            (point.cost or 1.0, point.quality or 0.0),
            xytext=(spot.right / sheet.pixels, -spot.down / sheet.pixels),
            textcoords="offset points",
            ha=spot.anchor,
            va="center",
            color=theme.colour("light", ROLES[point.verdict]),
            weight="bold" if point.verdict == "recommended" else "normal",
        )
