"""How does a candidate stand against each limit? Gauges for screen and paper."""

from collections.abc import Mapping
from typing import Any

from advisor.reports.pages import words
from advisor.reports.pages.flips import flip_texts
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.standings import FLOORS
from advisor.web.gauge import Gauge, quality_axis
from advisor.web.parts import Limit

AT_LEAST = ("min_quality", "context_tokens")
MEMORY_AXIS = 1.7
LOSS_AXIS = 0.09  # shown on either side of the margin, as a share of score
DECLARED = (
    *("hosting", "hardware", "licences", "languages", "local_only"),
    *("monthly_requests", "peak_requests_per_second"),
)


def limits_of(result: Result, finding: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Return the measured limits of a candidate, then its rules in one."""
    rows = [(result.constraints[row["name"]], row) for row in finding["constraints"]]
    flips = {one.name: flip_texts(one) for one in result.summary.flips}
    measured = [
        _measured(constraint, row, finding, flips.get(constraint.key, ()))
        for constraint, row in rows
        if constraint.name not in DECLARED
    ]
    rules = [row for constraint, row in rows if constraint.name in DECLARED]
    return (*measured, *([_rules(result, rules)] if rules else []))


def limit_text(constraint: Constraint) -> str:
    """Return a limit in words, such as ``at most 800 ms``."""
    text = formats.amount(constraint, constraint.limit)
    if constraint.name in DECLARED:
        return text
    side = "at least" if _at_least(constraint) else "at most"
    return f"{side} {text}"


def gauge_of(
    constraint: Constraint, row: Mapping[str, Any], finding: Mapping[str, Any]
) -> Gauge | None:
    """Return where value and limit stand on one axis; None without a number."""
    value, limit = words.held(row), constraint.limit
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        return None
    text = f"{formats.amount(constraint, value)}, {limit_text(constraint)}"
    low, high = _interval(constraint, finding)
    shared = {"text": text, "status": row["status"], "low": low, "high": high}
    if constraint.name == "quality_margin":
        axis = (limit - 2 * LOSS_AXIS, limit + LOSS_AXIS)
        return Gauge.at_most(value, limit, axis=axis, **shared)
    if _at_least(constraint):
        if constraint.name == "context_tokens":
            return Gauge.at_least(value, limit, **shared)
        start, end = quality_axis(limit * 100)
        return Gauge.at_least(value, limit, axis=(start / 100, end / 100), **shared)
    if constraint.name == "max_memory_gb":
        return Gauge.at_most(value, limit, axis=(0.0, MEMORY_AXIS * limit), **shared)
    return Gauge.at_most(value, limit, **shared)


def _measured(
    constraint: Constraint,
    row: Mapping[str, Any],
    finding: Mapping[str, Any],
    flips: tuple[str, ...],
) -> Limit:
    value = words.held(row)
    level = "" if row["level"] == "must" else ", preferred"
    return Limit(
        label=words.name_of(row["name"]),
        verdict=words.STATUSES[row["status"]],
        value=None if value is None else formats.amount(constraint, value),
        gauge=gauge_of(constraint, row, finding),
        limit=limit_text(constraint) + level,
        flips=tuple(f"Changes {one}" for one in flips),
    )


def _rules(result: Result, rows: list[Mapping[str, Any]]) -> Limit:
    worst = max(rows, key=lambda row: _rank(row["status"]))
    lines = tuple(
        _rule(result.constraints[row["name"]], row)
        for row in rows
        if row["name"] != "monthly_requests"
    )
    return Limit(
        label="Rules",
        verdict=words.STATUSES[worst["status"]],
        value=None,
        lines=lines,
    )


def _rule(constraint: Constraint, row: Mapping[str, Any]) -> str:
    """Return a rule with what the candidate has, or that it is not known."""
    name, value = words.name_of(row["name"]), row["value"]
    if value is None or isinstance(value, bool):
        return f"{name}: {words.STATUSES[row['status']].text.lower()}"
    shown = tuple(value) if isinstance(value, list) else value
    text = f"{name}: {formats.amount(constraint, shown)}"
    if constraint.name in FLOORS and row["status"] != "met":
        status = words.STATUSES[row["status"]].text.lower()
        needed = formats.amount(constraint, constraint.limit)
        return f"{text} of {needed}, {status}"
    return text if row["status"] == "met" else f"{text} (not allowed)"


def _rank(status: str) -> int:
    return ("met", "unknown", "undecided", "failed").index(status)


def _at_least(constraint: Constraint) -> bool:
    return constraint.name in AT_LEAST or constraint.tag is not None


def _interval(
    constraint: Constraint, finding: Mapping[str, Any]
) -> tuple[float | None, float | None]:
    """Return the interval behind a constraint's value, in the limit's unit."""
    if constraint.name == "quality_margin" and finding["difference"]:
        loss = finding["difference"]
        return -loss["high"], -loss["low"]
    source = {
        "min_quality": finding["quality"],
        "p95_latency_ms": (finding["latency_ms"] or {}).get("p95"),
        "ttft_ms": finding["ttft_ms"],
        "monthly_budget_usd": finding["cost"]["per_month"],
    }.get(constraint.name)
    if source is None or source["low"] is None or source["high"] is None:
        return None, None
    return source["low"], source["high"]
