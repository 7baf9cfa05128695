"""Which limits cross the scatter, and which room do they and their words take?"""

from math import log10
from typing import Any

from advisor.charts import theme
from advisor.charts.labels import LINE, WHISKER, Box
from advisor.charts.parts import limit_line, limit_text, note
from advisor.charts.theme import Theme
from advisor.charts.values import TradeOff

Axes = tuple[tuple[float, float], tuple[float, float]]
INSIDE = "Inside both limits"
SIGN = 6.4  # pixels of a character of their words


def drawn(
    trade: TradeOff, mode: Theme, left: float, right: float, top: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shapes and the words of floor, budget and the area inside them."""
    shapes: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    if trade.floor is not None or trade.budget:
        shapes.append(
            {
                "type": "rect",
                "layer": "below",
                "line": {"width": 0},
                "fillcolor": theme.colour(mode, "inside"),
                "x0": 10**left,
                "x1": trade.budget or 10**right,
                "y0": trade.floor if trade.floor is not None else -2,
                "y1": top,
            }
        )
    if trade.floor is not None and trade.budget:
        words = {"size": 12, "color": theme.colour(mode, "pass")}
        place = {"x": 0, "y": 1, "xref": "paper", "yref": "paper"}
        hung = {"xanchor": "left", "yanchor": "top", "xshift": 6, "yshift": -4}
        texts.append(note(INSIDE, words, **place, **hung))
    if trade.floor is not None:
        shapes.append(limit_line(mode, y=trade.floor))
        texts.append(limit_text(mode, trade.floor_label, y=trade.floor))
    if trade.budget:
        shapes.append(limit_line(mode, x=trade.budget))
        texts.append(
            limit_text(mode, trade.budget_label, x=log10(trade.budget), at_foot=True)
        )
    return shapes, texts


def boxes(trade: TradeOff, axes: Axes, plot: tuple[float, float]) -> tuple[Box, ...]:
    """Return the boxes that limits and their words take, in pixels of the plot."""
    (left, right), (low, high) = axes
    width, height = plot
    found: list[Box] = []
    if trade.floor is not None:
        y = (high - trade.floor) / (high - low) * height
        wide = SIGN * len(trade.floor_label)
        found += [
            (0.0, y - WHISKER, width, y + WHISKER),
            (width - wide, y, width, y + LINE),
        ]
    if trade.budget:
        x = (log10(trade.budget) - left) / (right - left) * width
        wide = SIGN * len(trade.budget_label)
        foot = (x + 5, height - LINE, x + 5 + wide, height)
        found += [(x - WHISKER, 0.0, x + WHISKER, height), foot]
    if trade.floor is not None and trade.budget:
        found.append((6.0, 4.0, 6.0 + SIGN * len(INSIDE), 4.0 + LINE))
    return tuple(found)
