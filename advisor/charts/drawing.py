"""How is a chart drawn as SVG? With the library that only papers load.

Literal light colours, DejaVu Sans, text kept as text, and the same bytes for the same
values: the PDF must not change when nothing measured did.
"""

from math import log10

from matplotlib.axes import Axes

from advisor.charts import geometry, theme
from advisor.charts.labels import Name, spread
from advisor.charts.latency import milliseconds
from advisor.charts.sheet import dashed, log_axis, money_axis, page, red
from advisor.charts.theme import Verdict
from advisor.charts.values import Latencies, Point, TradeOff

PIXELS = 12.5 / 8  # of the screen's letters in a point of paper's
PLOT = (440 * PIXELS, 165 * PIXELS)
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


def trade_off(trade: TradeOff) -> str:
    """Return the SVG of quality against cost; quality alone where no cost is known."""
    points = geometry.drawable(trade)
    if not points:
        return quality_only(trade)
    with page(3.1) as (axes, svg):
        costs = [point.cost for point in points if point.cost is not None]
        money_axis(axes, costs + [trade.budget or costs[0]])
        axes.set_ylim(*geometry.quality_range(trade))
        axes.set_xlabel(f"{trade.cost_title} (log scale)")
        axes.set_title("Quality, points of score", loc="left", fontsize=8)
        _limits(axes, trade)
        for point in points:
            _dot(axes, point)
        _names(axes, points)
    return svg.getvalue()


def quality_only(trade: TradeOff) -> str:
    """Return the SVG of one row a candidate: quality, interval, floor."""
    rows = [point for point in reversed(trade.points) if point.quality is not None]
    with page(0.8 + 0.34 * max(1, len(rows))) as (axes, svg):
        axes.set_xlim(*geometry.quality_range(trade))
        axes.set_yticks(range(len(rows)), [point.label for point in rows])
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


def latencies(chart: Latencies) -> str:
    """Return the SVG of one outline a candidate against the p95 limit."""
    rows = list(reversed(chart.rows))
    outlines = [geometry.density(row.times_ms) for row in rows]
    finite = [t for xs, _ in outlines for t in xs] or [1.0]
    with page(0.8 + 0.34 * max(1, len(rows))) as (axes, svg):
        log_axis(axes, finite + [chart.limit_ms or finite[0]], "{:,.0f} ms")
        axes.set_xlabel("Time to complete answer (log scale)")
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.set_ylim(-0.3, len(rows))
        for index, (row, (xs, heights)) in enumerate(zip(rows, outlines, strict=True)):
            role = "accent" if row.verdict == "recommended" else "muted"
            tops = [index + 0.7 * height for height in heights]
            axes.fill_between(
                xs, index, tops, color=theme.colour("light", role), alpha=0.55, lw=0
            )
            if row.p95_ms is not None:
                ends = (index - 0.06, index + 0.4)
                ink = theme.colour("light", "ink")
                axes.plot((row.p95_ms, row.p95_ms), ends, color=ink, lw=1.4)
                words = (
                    f"p50 {milliseconds(row.p50_ms)} · p95 {milliseconds(row.p95_ms)}"
                )
                axes.text(
                    1.01, index + 0.1, words, transform=axes.get_yaxis_transform()
                )
        if chart.limit_ms is not None:
            dashed(axes, x=chart.limit_ms)
            red(axes, chart.limit_ms, len(rows) - 0.12, "p95 limit")
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


def _names(axes: Axes, points: tuple[Point, ...]) -> None:
    """Write every point's name where it covers no other, the recommended first."""
    rank = {"recommended": 0, "reference": 1}
    ordered = sorted(points, key=lambda point: rank.get(point.verdict, 2))
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    span = log10(right / left)
    names = [
        Name(
            x=log10((point.cost or 1.0) / left) / span * PLOT[0],
            y=(high - (point.quality or 0.0)) / (high - low) * PLOT[1],
            text=point.label,
            left=point.verdict in rank,
        )
        for point in ordered
    ]
    for point, spot in zip(ordered, spread(names, *PLOT), strict=True):
        axes.annotate(
            point.label,
            (point.cost or 1.0, point.quality or 0.0),
            xytext=(spot.right / PIXELS, -spot.down / PIXELS),
            textcoords="offset points",
            ha=spot.anchor,
            va="center",
            color=theme.colour("light", ROLES[point.verdict]),
            weight="bold" if point.verdict == "recommended" else "normal",
        )
