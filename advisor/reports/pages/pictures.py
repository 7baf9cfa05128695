"""Which pictures show a result? Values for the charts, and the tables beside them."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from advisor.charts.theme import Verdict
from advisor.charts.values import Latencies, LatencyRow, Point, TradeOff
from advisor.reports.pages import words
from advisor.reports.selectors import Result
from advisor.sizing import formats, sentences
from advisor.sizing.constraints import Constraint
from advisor.web.figures import DataTable

LOOKS: dict[str, Verdict] = {
    "recommended": "recommended",
    "qualifies": "meets",
    "undecided": "within_margin",
    "rejected": "fails",
    "not_run": "fails",
}


def look_of(finding: Mapping[str, Any]) -> Verdict:
    """Return the marker of a finding."""
    if finding["role"] == "reference":
        return "reference"
    return LOOKS[finding["verdict"]]


def trade_off_of(result: Result) -> TradeOff:
    """Return quality against cost per month, else per 1,000 requests."""
    monthly = any(one["cost"]["per_month"] for one in result.findings)
    basis = "per_month" if monthly else "per_1000_requests"
    points = tuple(_point(result, one, basis) for one in result.findings)
    floor = floor_of(result)
    budget = limit_of(result.constraints.get("monthly_budget_usd")) if monthly else None
    return TradeOff(
        points=points,
        cost_title=_cost_title(result, monthly=monthly),
        summary=_trade_off_words(result, points),
        floor=floor,
        floor_label="" if floor is None else f"Quality floor {floor:.1f}",
        budget=budget,
        budget_label="" if budget is None else f"Budget {formats.money(budget)}",
        frontier=_frontier(points),
    )


def trade_off_table(trade: TradeOff) -> DataTable:
    """Return the data of the scatter as text."""
    rows = tuple(
        (
            point.label,
            formats.number(point.quality, 1),
            formats.number(point.low, 1),
            formats.number(point.high, 1),
            formats.money(point.cost),
        )
        for point in trade.points
    )
    columns = ("Candidate", "Quality", "Low", "High", trade.cost_title)
    return DataTable(columns=columns, rows=rows)


def latencies_of(result: Result) -> Latencies | None:
    """Return the measured times, fastest p95 first; None when nothing was timed."""
    times = result.summary.times
    rows = [
        LatencyRow(
            label=one["id"],
            verdict=look_of(one),
            times_ms=times.get(one["id"], ()),
            p50_ms=words.value_of(one["latency_ms"]["p50"]),
            p95_ms=words.value_of(one["latency_ms"]["p95"]),
        )
        for one in result.findings
        if one["latency_ms"]
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: row.p95_ms if row.p95_ms is not None else float("inf"))
    limit = limit_of(result.constraints.get("p95_latency_ms"))
    return Latencies(
        rows=tuple(rows), summary=_latency_words(result, rows, limit), limit_ms=limit
    )


def latency_table(result: Result) -> DataTable:
    """Return percentiles with bounds and counts as text."""
    rows = tuple(
        (
            one["id"],
            *(_bounded(one["latency_ms"].get(name)) for name in ("p50", "p95", "p99")),
            formats.number(one["latency_ms"]["n"]),
        )
        for one in result.findings
        if one["latency_ms"]
    )
    return DataTable(columns=("Candidate", "p50", "p95", "p99", "Requests"), rows=rows)


def floor_of(result: Result) -> float | None:
    """Return the higher of reference less margin and minimum, in points of score."""
    margin = limit_of(result.constraints.get("quality_margin"))
    minimum = limit_of(result.constraints.get("min_quality"))
    bar = words.value_of(result.reference["quality"]) if result.reference else None
    lines = [] if bar is None or margin is None else [bar - margin]
    lines += [] if minimum is None else [minimum]
    return 100 * max(lines) if lines else None


def _point(result: Result, one: Mapping[str, Any], basis: str) -> Point:
    row = result.rows[one["id"]]
    quality = one["quality"] or {"value": None, "low": None, "high": None}
    return Point(
        label=one["id"],
        note=words.spec_note(row.spec, row.engine, row.facts),
        verdict=look_of(one),
        quality=_percent(quality["value"]),
        low=_percent(quality["low"]),
        high=_percent(quality["high"]),
        cost=words.value_of(one["cost"][basis]),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def limit_of(constraint: Constraint | None) -> float | None:
    """Return a limit that is a number; None for none and for any other."""
    if constraint is None or not isinstance(constraint.limit, int | float):
        return None
    return float(constraint.limit)


def _frontier(points: Sequence[Point]) -> tuple[str, ...]:
    """Return who is beaten by nobody on both quality and cost."""
    known = [p for p in points if p.quality is not None and p.cost is not None]
    best, names = float("-inf"), []
    for point in sorted(known, key=lambda p: (p.cost or 0.0, -(p.quality or 0.0))):
        if point.quality is not None and point.quality > best:
            best = point.quality
            names.append(point.label)
    return tuple(names)


def _cost_title(result: Result, *, monthly: bool) -> str:
    if not monthly:
        return "Cost per 1,000 requests"
    volume = limit_of(result.constraints.get("monthly_requests"))
    at = f" at {formats.number(volume)} requests" if volume else ""
    return f"Cost per month{at}"


def _trade_off_words(result: Result, points: Sequence[Point]) -> str:
    inside = sum(point.verdict in ("recommended", "meets") for point in points)
    total = sum(point.verdict != "reference" for point in points)
    unpriced = [point.label for point in points if point.cost is None]
    tail = f" The cost of {words.listed(unpriced)} is not known." if unpriced else ""
    tail = " No cost is known." if len(unpriced) == len(points) else tail
    verb = "meet" if inside > 1 else "meets"
    candidates = formats.count(total, "candidate")
    return f"{inside or 'None'} of {candidates} {verb} every constraint.{tail}"


def _latency_words(
    result: Result, rows: Sequence[LatencyRow], limit: float | None
) -> str:
    how = _how_timed(result, rows)
    if limit is None:
        return f"{sentences.capital(how)}. The tick marks p95."
    found = [_held(one) for one in result.findings if one["latency_ms"]]
    within, over = found.count("met"), found.count("failed")
    told = f"{within} of {len(rows)} {'stays' if within == 1 else 'stay'}"
    if len(rows) in (within, over):
        told = "All stay" if within else "None stays"
    left = len(rows) - within - over
    is_open = f", {left} {'is' if left == 1 else 'are'} not settled" if left else ""
    return f"{told} within {formats.duration(limit)} at p95{is_open}, {how}."


def _held(one: Mapping[str, Any]) -> str:
    """Return how a finding stands against the limit on p95."""
    rows = (row for row in one["constraints"] if row["name"] == "p95_latency_ms")
    return next((str(row["status"]) for row in rows), "unknown")


def _how_timed(result: Result, rows: Sequence[LatencyRow]) -> str:
    """Return under which load times were measured; recorded ones say nothing of it."""
    recorded = [result.rows[row.label].engine == "recorded" for row in rows]
    if all(recorded):
        return "as recorded"
    peak = limit_of(result.constraints.get("peak_requests_per_second"))
    load = f"at {formats.rate(peak)}" if peak else "one request at a time"
    return f"measured {load}{', or as recorded' if any(recorded) else ''}"


def _bounded(figure: words.Stored) -> str:
    if figure is None:
        return formats.DASH
    ends = (figure["low"], figure["high"])
    if all(end is not None and isfinite(end) for end in ends):
        low, high = (formats.duration(end) for end in ends)
        return f"{words.time_of(figure)} ({low} to {high})"
    return words.time_of(figure)
