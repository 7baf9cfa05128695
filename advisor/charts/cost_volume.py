"""At which volume does which model pay? Monthly cost against monthly requests."""

from math import log10
from typing import Any

from advisor.charts import geometry, theme
from advisor.charts.parts import Figure, base_layout, limit_line, limit_text, y_title
from advisor.charts.theme import Theme, plain
from advisor.charts.values import CostLine, CostVolume


def cost_volume(chart: CostVolume, *, mode: Theme) -> Figure:
    """Return monthly cost against volume, log-log, with break-even circles."""
    layout = base_layout(mode, height=380)
    volumes = [v for line in chart.lines for v in line.volumes]
    costs = [c for line in chart.lines for c in line.costs if c > 0]
    left, right = geometry.log_range(volumes)
    low, high = geometry.log_range(costs + [chart.budget or (costs or [1.0])[0]])
    across, up = geometry.log_ticks(left, right), geometry.log_ticks(low, high)
    layout["margin"]["r"] = 150
    layout["xaxis"] = {
        "type": "log",
        "range": [left, right],
        "tickvals": across,
        "ticktext": [geometry.short(tick) for tick in across],
        "title": {"text": "Requests per month (log scale)"},
    }
    layout["yaxis"] = {
        "type": "log",
        "range": [low, high],
        "tickvals": up,
        "ticktext": [geometry.short(tick, "$") for tick in up],
    }
    layout["shapes"] = []
    layout["annotations"] = [y_title("Cost per month (log scale)")]
    if chart.budget:
        _draw_budget(layout, chart.budget, mode)
    if chart.volume:
        layout["shapes"].append(
            limit_line(mode, x=chart.volume, role="muted", dash="dot")
        )
    data = [_cost_line(line, mode) for line in chart.lines if line.costs]
    layout["annotations"] += [
        _line_end(line, mode) for line in chart.lines if line.costs
    ]
    if chart.break_even:
        data.append(_circles(chart.break_even, mode))
    return {"data": data, "layout": layout, "config": theme.config()}


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
        "x": list(line.volumes),
        "y": list(line.costs),
        "line": {"width": width, "color": theme.colour(mode, role)},
        "hovertemplate": (
            f"<b>{plain(line.label)}</b><br>%{{x:,.0f}} requests<br>"
            "$%{y:,.2f} a month<extra></extra>"
        ),
    }


def _line_end(line: CostLine, mode: Theme) -> dict[str, Any]:
    role = {"recommended": "accent", "reference": "ink"}.get(line.verdict, "ink2")
    return {
        "x": log10(line.volumes[-1]),
        "y": log10(line.costs[-1]) if line.costs[-1] > 0 else 0,
        "xanchor": "left",
        "xshift": 8,
        "text": plain(line.label),
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour(mode, role)},
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
