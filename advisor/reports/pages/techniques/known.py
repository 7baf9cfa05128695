"""What is known of the project that techniques would change? Costs, sizes, counts."""

from collections.abc import Mapping
from typing import Any

from advisor.reports.pages import words
from advisor.reports.selectors import Result
from advisor.sizing import formats


def subject_of(result: Result) -> Mapping[str, Any] | None:
    """Return the recommended candidate, else the best that was measured."""
    return result.recommended or next(
        (
            one
            for one in result.findings
            if one["role"] == "candidate" and one["quality"]
        ),
        None,
    )


def request_cost(result: Result, key: str) -> float | None:
    """Return the dollars of one request, None where they are not known."""
    one = next(found for found in result.findings if found["id"] == key)
    cost = words.value_of(one["cost"]["per_1000_requests"])
    return None if cost is None else cost / 1000


def cost_text(result: Result, request: float) -> str:
    """Return what requests at ``request`` dollars come to a month, else per 1,000."""
    volume = result.constraints.get("monthly_requests")
    if volume is None:
        return f"{formats.money(1000 * request)} per 1,000"
    return formats.money(volume.number * request)


def cost_of(result: Result, one: Mapping[str, Any]) -> str:
    """Return what a candidate costs a month, else per 1,000 requests."""
    monthly = words.value_of(one["cost"]["per_month"])
    if monthly is not None:
        return formats.money(monthly)
    cost = words.value_of(one["cost"]["per_1000_requests"])
    return "" if cost is None else f"{formats.money(cost)} per 1,000"


def stated(result: Result, key: str) -> int:
    """Return how many examples or texts the setup states."""
    return int(result.setup.get(key) or 0)


def parameters_of(result: Result, key: str) -> float | None:
    """Return the parameters of a model, None where they are not known."""
    row = result.rows[key]
    found = (row.facts or {}).get("parameters") or row.spec.get("parameters")
    return None if found is None else float(found)


def sized(count: float) -> str:
    """Return a number of parameters as people say it."""
    if count >= 1e9:
        return f"{formats.number(count / 1e9, 1)} B"
    if count >= 1e6:
        return f"{formats.number(count / 1e6, 1)} M"
    return f"{formats.number(count / 1e3, 0)} K"
