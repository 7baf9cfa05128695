"""At which volume does which model pay? Monthly cost against monthly requests."""

from math import log10
from typing import Any

from advisor.charts import geometry, theme
from advisor.charts.labels import LINE
from advisor.charts.parts import (
    Figure,
    base_layout,
    limit_line,
    limit_text,
    note,
    x_title,
    y_title,
)
from advisor.charts.theme import Theme, plain
from advisor.charts.values import CostLine, CostVolume

APART = 3.0  # pixels between two names


def cost_volume(chart: CostVolume, *, mode: Theme) -> Figure:
    """Return monthly cost against volume, log-log, with break-even circles.

    ``narrow`` holds the layout of a small screen: names inside the plot.
    """
    lines = [line for line in chart.lines if line.costs]
    data = [_cost_line(line, mode) for line in lines]
    if chart.volume:
        data.append(_dots(lines, chart.volume, mode))
    if chart.break_even:
        data.append(_circles(chart.break_even, mode))
    return {
        "data": data,
        "layout": _layout(chart, lines, mode, small=False),
        "narrow": _layout(chart, lines, mode, small=True),
        "config": theme.config(),
    }


def _layout(
    chart: CostVolume, lines: list[CostLine], mode: Theme, *, small: bool
) -> dict[str, Any]:
    layout = base_layout(mode, height=350 if small else 380)
    volumes = [v for line in lines for v in line.volumes] or [1.0]
    costs = [c for line in lines for c in line.costs if c > 0]
    left, right = log10(min(volumes)), log10(max(volumes))
    low, high = geometry.log_range(costs + [chart.budget or (costs or [1.0])[0]])
    every = 2 if small else 1
    across = geometry.log_ticks(left, right)[::every]
    up = geometry.log_ticks(low, high)[::every]
    layout["margin"] |= {"l": 44, "r": 16} if small else {"r": 150}
    layout["xaxis"] = {
        "type": "log",
        "range": [left, right],
        "tickvals": across,
        "ticktext": [geometry.short(tick) for tick in across],
    }
    layout["yaxis"] = {
        "type": "log",
        "range": [low, high],
        "tickvals": up,
        "ticktext": [geometry.short(tick, "$") for tick in up],
    }
    margin = layout["margin"]
    decade = (layout["height"] - margin["t"] - margin["b"]) / (high - low)
    layout["annotations"] = [
        y_title("Cost per month (log scale)", layout["margin"]["l"]),
        x_title("Requests per month (log scale)"),
        *_line_ends(lines, chart.volume, mode, per_decade=decade, small=small),
        *_break_even(chart, mode, small=small),
    ]
    if chart.budget:
        _draw_budget(layout, chart.budget, mode)
    if chart.volume:
        _draw_volume(layout, chart.volume, mode)
    return layout


def _draw_volume(layout: Figure, volume: float, mode: Theme) -> None:
    """Add the project's own volume: a dotted line and its words at the top."""
    layout["shapes"].append(limit_line(mode, x=volume, role="muted", dash="dot"))
    font = {"size": 12, "color": theme.colour(mode, "ink2")}
    spot = {"x": log10(volume), "yref": "paper", "y": 1, "yanchor": "top"}
    text = f"Your volume {geometry.short(volume)}"
    words = note(text, font, **spot, xanchor="right", xshift=-5)
    layout["annotations"].append(words)


def _break_even(chart: CostVolume, mode: Theme, *, small: bool) -> list[dict[str, Any]]:
    """Return the words at each circle, under it."""
    font = {"size": 12.5, "color": theme.colour(mode, "ink")}
    what = "Break-even {:,.0f}" if small else "Break-even: {:,.0f} requests a month"
    return [
        note(
            what.format(float(f"{volume:.2g}")),
            font,
            x=log10(volume),
            y=log10(cost),
            xanchor="left",
            yanchor="top",
            xshift=8,
            yshift=-8,
        )
        for volume, cost in chart.break_even
        if cost > 0
    ]


def _draw_budget(layout: Figure, budget: float, mode: Theme) -> None:
    """Add the budget's line and words, at the left: names of lines stand right."""
    layout["shapes"].append(limit_line(mode, y=budget))
    words = limit_text(
        mode, f"Budget ${budget:,.0f}", y=log10(budget), yanchor="bottom"
    )
    layout["annotations"].append({**words, "x": 0, "xanchor": "left", "xshift": 4})


def _cost_line(line: CostLine, mode: Theme) -> dict[str, Any]:
    role, width = {
        "recommended": ("accent", 2.75),
        "reference": ("ink", 2.0),
    }.get(line.verdict, ("ink2", 1.5))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": plain(line.label),
        "x": [float(f"{x:.5g}") for x in line.volumes],
        "y": [float(f"{y:.5g}") for y in line.costs],
        "line": {"width": width, "color": theme.colour(mode, role)},
        "hovertemplate": (
            f"<b>{plain(line.label)}</b><br>%{{x:,.0f}} requests<br>"
            "$%{y:,.2f} a month<extra></extra>"
        ),
    }


def _line_ends(
    lines: list[CostLine],
    volume: float | None,
    mode: Theme,
    *,
    per_decade: float,
    small: bool,
) -> list[dict[str, Any]]:
    """Return each line's name at its end with its cost at the own volume.

    The dearest stands on top; a name that would cover the one above it moves down.
    ``per_decade`` are the pixels of ten times the cost.
    """
    found, free = [], float("-inf")
    for line in sorted(lines, key=lambda line: -line.costs[-1]):
        level = log10(line.costs[-1]) if line.costs[-1] > 0 else 0.0
        text = _named(line, None if small else volume)
        high = LINE * (1 + text.count("<br>"))
        # A small plot holds the names, above the ends of their lines.
        lift = high / 2 + 2 if small else 0.0
        middle = -level * per_decade - lift
        down = max(middle, free + high / 2) + level * per_decade
        free = down - level * per_decade + high / 2 + APART
        role = {"recommended": "accent", "reference": "ink"}.get(line.verdict, "ink2")
        found.append(
            note(
                text,
                {"size": 12, "color": theme.colour(mode, role)},
                x=log10(line.volumes[-1]),
                y=level,
                align="left",
                xanchor="right" if small else "left",
                yanchor="middle",
                xshift=-4 if small else 8,
                yshift=round(-down, 1),
            )
        )
    return found


def _named(line: CostLine, volume: float | None) -> str:
    """Return a line's name, with its cost at ``volume`` where that is asked for."""
    text, cost = plain(line.label), None if volume is None else line.at(volume)
    if volume is None or cost is None:
        return text
    text += " (reference)" if line.verdict == "reference" else ""
    return f"{text}<br>{geometry.money(cost)} at {geometry.short(volume)}"


def _dots(lines: list[CostLine], volume: float, mode: Theme) -> dict[str, Any]:
    """Return a dot on each line at the project's own volume."""
    roles = {"recommended": "accent", "reference": "ink"}
    colours = [theme.colour(mode, roles.get(one.verdict, "ink2")) for one in lines]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [volume for _ in lines],
        "y": [line.at(volume) for line in lines],
        "marker": {"size": 9, "color": colours},
        "hoverinfo": "skip",
    }


def _circles(spots: tuple[tuple[float, float], ...], mode: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [volume for volume, _ in spots],
        "y": [cost for _, cost in spots],
        "marker": {
            "symbol": "circle-open",
            "size": 10,
            "color": theme.colour(mode, "accent"),
            "line": {"width": 2},
        },
        "hovertemplate": "Break-even: %{x:,.0f} requests a month<extra></extra>",
    }
