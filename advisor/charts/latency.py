"""How long do answers take, and how often too long? One outline a candidate."""

from math import log10
from typing import Any

from advisor.charts import geometry, theme
from advisor.charts.parts import Figure, base_layout, limit_line, limit_text
from advisor.charts.theme import Theme, plain
from advisor.charts.values import Latencies, LatencyRow


def latencies(chart: Latencies, *, mode: Theme) -> Figure:
    """Return one outline a candidate; the part past the limit is in the fail colour."""
    rows = list(reversed(chart.rows))
    layout = base_layout(mode, height=90 + 56 * max(1, len(rows)))
    layout["margin"] = {"l": 8, "r": 150, "t": 30, "b": 46}
    finite = [t for row in rows for t in geometry.density(row.times_ms)[0]]
    left, right = geometry.log_range(finite + [chart.limit_ms or (finite or [1.0])[0]])
    ticks = geometry.log_ticks(left, right)
    layout["xaxis"] = {
        "type": "log",
        "range": [left, right],
        "tickvals": ticks,
        "ticktext": [milliseconds(tick) for tick in ticks],
        "title": {"text": "Time to complete answer (log scale)"},
    }
    layout["yaxis"] = {
        "tickvals": [float(index) for index in range(len(rows))],
        "ticktext": [plain(row.label) for row in rows],
        "range": [-0.25, len(rows) - 0.05],
        "tickfont": {"size": 12, "color": theme.colour(mode, "ink")},
    }
    layout["shapes"], layout["annotations"], data = [], [], []
    for index, row in enumerate(rows):
        data += _outline(row, index, chart.limit_ms, mode)
        if row.p95_ms is not None:
            layout["shapes"].append(_tick(mode, row.p95_ms, index))
            layout["annotations"].append(_p95_text(row, index, chart.limit_ms, mode))
    if chart.limit_ms is not None:
        layout["shapes"].append(limit_line(mode, x=chart.limit_ms))
        text = f"p95 limit {milliseconds(chart.limit_ms)}"
        layout["annotations"].append(
            limit_text(mode, text, x=log10(chart.limit_ms), yanchor="bottom")
        )
    return {"data": data, "layout": layout, "config": theme.config()}


def _outline(
    row: LatencyRow, index: int, limit: float | None, mode: Theme
) -> list[dict[str, Any]]:
    xs, heights = geometry.density(row.times_ms)
    role = "accent" if row.verdict == "recommended" else "muted"
    inside = [
        (x, h) for x, h in zip(xs, heights, strict=True) if not limit or x <= limit
    ]
    past = [(x, h) for x, h in zip(xs, heights, strict=True) if limit and x > limit]
    parts = [(inside, role), (past, "fail")]
    words = f"p50 {milliseconds(row.p50_ms)}, p95 {milliseconds(row.p95_ms)}"
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "fill": "toself",
            "x": [part[0][0], *[x for x, _ in part], part[-1][0]],
            "y": [index, *[index + 0.72 * h for _, h in part], index],
            "line": {"width": 1, "color": theme.colour(mode, colour)},
            "opacity": 0.9,
            "hoverinfo": "text",
            "text": f"{plain(row.label)}: {words}",
        }
        for part, colour in parts
        if len(part) > 1
    ]


def _tick(mode: Theme, at: float, index: int) -> dict[str, Any]:
    line = {"width": 2, "color": theme.colour(mode, "ink"), "dash": "solid"}
    return {
        "type": "line",
        "line": line,
        "x0": at,
        "x1": at,
        "y0": index - 0.06,
        "y1": index + 0.34,
    }


def _p95_text(
    row: LatencyRow, index: int, limit: float | None, mode: Theme
) -> dict[str, Any]:
    over = limit is not None and (row.p95_ms or 0.0) > limit
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 10,
        "y": index + 0.12,
        "text": f"{milliseconds(row.p50_ms)}  <b>{milliseconds(row.p95_ms)}</b>",
        "showarrow": False,
        "font": {"size": 12, "color": theme.colour(mode, "fail" if over else "ink2")},
    }


def milliseconds(value: float | None) -> str:
    """Return a time as a short label; a dash when it was not measured."""
    if value is None:
        return "–"
    if value >= 999.5:
        return f"{value / 1000:,.2f}".rstrip("0").rstrip(".") + " s"
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.3g} ms"
