"""Who is good enough, at what cost? The scatter of quality against monthly cost.

All text that came from people or models is escaped: plotly reads a kind of HTML.
"""

from math import log10
from typing import Any

from advisor.charts import geometry, limits, theme
from advisor.charts.labels import Box, Name, Spot, spread
from advisor.charts.limits import Axes
from advisor.charts.parts import (
    NARROW,
    WIDE,
    Figure,
    base_layout,
    limit_line,
    limit_text,
    note,
    x_title,
    y_title,
)
from advisor.charts.theme import Theme, plain
from advisor.charts.values import Point, TradeOff


def trade_off(trade: TradeOff, *, mode: Theme) -> Figure:
    """Return quality against monthly cost; quality alone where no cost is known.

    ``narrow`` holds the layout that replaces the other one on a small screen.
    """
    points = geometry.drawable(trade)
    if not points:
        return quality_only(trade, mode=mode)
    frontier = [point for point in points if point.label in trade.frontier]
    data = [_frontier(frontier, mode)] if len(frontier) > 1 else []
    data += [_dot(point, mode, x=point.cost) for point in points]
    return {
        "data": data,
        "layout": _layout(trade, points, mode, width=WIDE),
        "narrow": _layout(trade, points, mode, width=NARROW),
        "config": theme.config(),
    }


def _layout(
    trade: TradeOff, points: tuple[Point, ...], mode: Theme, *, width: float
) -> dict[str, Any]:
    small = width < WIDE
    low, high = geometry.quality_range(trade)
    costs = [point.cost for point in points if point.cost is not None]
    left, right = geometry.log_range(costs + [trade.budget or costs[0]])
    layout = base_layout(mode, height=390 if small else 430)
    ticks = geometry.log_ticks(left, right)[:: 2 if small else 1]
    layout["margin"] |= {"l": 40, "r": 12} if small else {}
    layout["xaxis"] = {
        "type": "log",
        "range": [left, right],
        "tickvals": ticks,
        "ticktext": [geometry.short(tick, "$") for tick in ticks],
    }
    layout["yaxis"] = {"range": [low, high], "ticksuffix": ""}
    layout["shapes"], layout["annotations"] = limits.drawn(
        trade, mode, left, right, high
    )
    layout["annotations"] += [
        y_title("Quality, points of score", layout["margin"]["l"]),
        x_title(f"{plain(trade.cost_title)} (log scale)"),
    ]
    height = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    axes, plot = ((left, right), (low, high)), (width, height)
    blocked = limits.boxes(trade, axes, plot)
    layout["annotations"] += _names(points, mode, axes, plot, blocked, small=small)
    return layout


def _names(
    points: tuple[Point, ...],
    mode: Theme,
    axes: Axes,
    plot: tuple[float, float],
    blocked: tuple[Box, ...],
    *,
    small: bool,
) -> list[dict[str, Any]]:
    """Return every point's name where it covers no other, the recommended first."""
    rank = {"recommended": 0, "reference": 1}
    ordered = sorted(points, key=lambda point: rank.get(point.verdict, 2))
    (left, right), (low, high) = axes

    def down(quality: float | None) -> float:
        return (high - (quality or 0.0)) / (high - low) * plot[1]

    names = [
        Name(
            x=(log10(point.cost or 1.0) - left) / (right - left) * plot[0],
            y=down(point.quality),
            text=_text(point, small=small),
            left=point.verdict in rank,
            whisker=None if point.low is None else (down(point.high), down(point.low)),
        )
        for point in ordered
    ]
    return [
        _dot_label(point, name.text, spot, mode)
        for point, name, spot in zip(
            ordered, names, spread(names, *plot, blocked), strict=True
        )
    ]


def _text(point: Point, *, small: bool) -> str:
    if point.verdict == "reference" and not small:
        return f"{point.label} (reference)"
    if point.verdict == "recommended" and not small:
        paid = geometry.money(point.cost or 0.0)
        return f"{point.label}\n{point.quality or 0.0:.1f} points, {paid}"
    return point.label


def quality_only(trade: TradeOff, *, mode: Theme) -> Figure:
    """Return one row a candidate: quality, its interval and the floor."""
    rows = [point for point in reversed(trade.points) if point.quality is not None]
    low, high = geometry.quality_range(trade)
    layout = base_layout(mode, height=90 + 44 * max(1, len(rows)))
    layout["xaxis"] = {"range": [low, high]}
    layout["yaxis"] = {
        "type": "category",
        "showgrid": True,
        "tickfont": {"size": 12, "color": theme.colour(mode, "ink")},
    }
    if trade.floor is not None:
        layout["shapes"] = [limit_line(mode, x=trade.floor)]
        told = limit_text(mode, trade.floor_label, x=trade.floor, yanchor="bottom")
        # Near the right edge the words would be cut off.
        side = "right" if trade.floor > (low + high) / 2 else "left"
        layout["annotations"] = [told | {"xanchor": side}]
    layout["annotations"].append(x_title("Quality, points of score"))
    data = [_dot(point, mode, x=point.quality, sideways=True) for point in rows]
    return {"data": data, "layout": layout, "config": theme.config()}


def _dot(
    point: Point, mode: Theme, *, x: float | None, sideways: bool = False
) -> dict[str, Any]:
    quality = point.quality if point.quality is not None else 0.0
    low = point.low if point.low is not None else quality
    high = point.high if point.high is not None else quality
    error = {
        "type": "data",
        "symmetric": False,
        "array": [high - quality],
        "arrayminus": [quality - low],
        "width": 0,
        "thickness": 2 if point.verdict == "recommended" else 1.25,
        "color": theme.marker(mode, point.verdict)["color"],
    }
    words = theme.VERDICT_WORDS[point.verdict]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": plain(point.label),
        "x": [x],
        "y": [plain(point.label)] if sideways else [quality],
        "error_x" if sideways else "error_y": error,
        "marker": theme.marker(mode, point.verdict),
        "hovertemplate": (
            f"<b>{plain(point.label)}</b><br>{words}<br>Quality {quality:.1f}"
            f" ({low:.1f} to {high:.1f})<br>{plain(point.note)}<extra></extra>"
        ),
    }


def _dot_label(point: Point, text: str, spot: Spot, mode: Theme) -> dict[str, Any]:
    chosen = point.verdict == "recommended"
    role = {"recommended": "accent", "reference": "ink"}.get(point.verdict, "ink2")
    first, _, second = text.partition("\n")
    words = f"<b>{plain(first)}</b>" if chosen else plain(first)
    return note(
        f"{words}<br>{plain(second)}" if second else words,
        {"size": 12.5, "color": theme.colour(mode, role)},
        x=log10(point.cost or 1.0),
        y=point.quality,
        xanchor=spot.anchor,
        align=spot.anchor,
        xshift=spot.right,
        yshift=-spot.down,
    )


def _frontier(points: list[Point], mode: Theme) -> dict[str, Any]:
    ordered = sorted(points, key=lambda point: point.cost or 0)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [point.cost for point in ordered],
        "y": [point.quality for point in ordered],
        "line": {"width": 1.25, "color": theme.colour(mode, "muted")},
        "hoverinfo": "skip",
    }
