"""How long do answers take, and how often too long? One outline a candidate."""

from math import log10
from typing import Any

from advisor.charts import geometry, theme
from advisor.charts.parts import (
    Figure,
    base_layout,
    limit_line,
    limit_text,
    note,
    x_title,
)
from advisor.charts.theme import Theme, plain
from advisor.charts.values import Latencies, LatencyRow


def latencies(chart: Latencies, *, mode: Theme) -> Figure:
    """Return one outline a candidate; the part past the limit is in the fail colour.

    ``narrow`` holds the layout of a small screen: names above their outlines, no p50.
    """
    rows = list(reversed(chart.rows))
    outlines = [geometry.density(row.times_ms) for row in rows]
    data = [
        trace
        for index, row in enumerate(rows)
        for trace in _outline(row, outlines[index], index, chart.limit_ms, mode)
    ]
    finite = [t for xs, _ in outlines for t in xs]
    return {
        "data": data,
        "layout": _layout(chart, rows, finite, mode, small=False),
        "narrow": _layout(chart, rows, finite, mode, small=True),
        "config": theme.config(),
    }


def _layout(
    chart: Latencies,
    rows: list[LatencyRow],
    finite: list[float],
    mode: Theme,
    *,
    small: bool,
) -> dict[str, Any]:
    layout = base_layout(mode, height=90 + 56 * max(1, len(rows)))
    layout["margin"] = {"l": 8, "r": 70 if small else 150, "t": 34, "b": 50}
    known = finite or [1.0]
    left, right = geometry.log_range(known + [chart.limit_ms or known[0]])
    layout["xaxis"] = _times(left, right, every=2 if small else 1)
    layout["yaxis"] = {
        "tickvals": [index + 0.12 for index in range(len(rows))],
        "ticktext": ["" if small else _name(row) for row in rows],
        "range": [-0.25, len(rows) - 0.05],
        "tickfont": {"size": 12, "color": theme.colour(mode, "ink")},
        "showgrid": False,
    }
    layout["annotations"] = [
        x_title(f"Time to complete answer{plain(chart.load)} (log scale)"),
        *_heads(mode, small=small),
    ]
    for index, row in enumerate(rows):
        layout["shapes"].append(_ground(mode, index))
        if small:
            layout["annotations"].append(_name_above(row, index, mode))
        if row.p95_ms is not None:
            layout["shapes"].append(_tick(mode, row.p95_ms, index))
            layout["annotations"] += _figures(
                row, index, chart.limit_ms, mode, small=small
            )
    if chart.limit_ms is not None:
        _draw_limit(layout, chart.limit_ms, mode)
    return layout


def _times(left: float, right: float, *, every: int) -> dict[str, Any]:
    """Return the axis of times, with every tick or every other one."""
    ticks = geometry.log_ticks(left, right)[::every]
    return {
        "type": "log",
        "range": [left, right],
        "tickvals": ticks,
        "ticktext": [milliseconds(tick) for tick in ticks],
    }


def _draw_limit(layout: dict[str, Any], limit: float, mode: Theme) -> None:
    """Add the line of the limit, and its words above it."""
    layout["shapes"].append(limit_line(mode, x=limit))
    text = f"p95 limit {milliseconds(limit)}"
    words = limit_text(mode, text, x=log10(limit), yanchor="bottom")
    layout["annotations"].append({**words, "xanchor": "center"})


def _name(row: LatencyRow) -> str:
    bold = plain(row.label)
    bold = f"<b>{bold}</b>" if row.verdict == "recommended" else bold
    return bold + (" (reference)" if row.verdict == "reference" else "") + "  "


def _name_above(row: LatencyRow, index: int, mode: Theme) -> dict[str, Any]:
    role = "accent" if row.verdict == "recommended" else "ink2"
    font = {"size": 12, "color": theme.colour(mode, role)}
    spot = {"xref": "paper", "x": 0, "xanchor": "left", "y": index + 0.62}
    return note(_name(row), font, **spot)


def _heads(mode: Theme, *, small: bool) -> list[dict[str, Any]]:
    font = {"size": 12, "color": theme.colour(mode, "muted")}
    spot = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "yanchor": "bottom"}
    shifts = ((70, "p50"), (62 if small else 140, "p95"))
    return [
        note(text, font, **spot, xanchor="right", xshift=shift)
        for shift, text in shifts
    ][small:]


def _ground(mode: Theme, index: int) -> dict[str, Any]:
    """Return the hairline that an outline stands on."""
    line = {"width": 1, "color": theme.grid_colour(mode)}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": index, "y1": index}
    return {"type": "line", "layer": "below", "line": line, **ends}


def _outline(
    row: LatencyRow,
    outline: tuple[list[float], list[float]],
    index: int,
    limit: float | None,
    mode: Theme,
) -> list[dict[str, Any]]:
    xs, heights = outline
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
            "y": [index, *[round(index + 0.72 * h, 3) for _, h in part], index],
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


def _figures(
    row: LatencyRow, index: int, limit: float | None, mode: Theme, *, small: bool
) -> list[dict[str, Any]]:
    """Return p50 and p95 in columns at the right; past the limit in its colour."""
    over = limit is not None and (row.p95_ms or 0.0) > limit
    spot = {"xref": "paper", "x": 1, "xanchor": "right", "y": index + 0.12}
    plain_font = {"size": 12, "color": theme.colour(mode, "ink2")}
    font = {"size": 12, "color": theme.colour(mode, "fail" if over else "ink")}
    return [
        note(milliseconds(row.p50_ms), plain_font, **spot, xshift=70),
        note(
            f"<b>{milliseconds(row.p95_ms)}</b>",
            font,
            **spot,
            xshift=62 if small else 140,
        ),
    ][small:]


def milliseconds(value: float | None) -> str:
    """Return a time as a short label; a dash when it was not measured."""
    if value is None:
        return "–"
    if value >= 999.5:
        return f"{value / 1000:,.2f}".rstrip("0").rstrip(".") + " s"
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.3g} ms"
