"""Which limits may be tried beside a comparison, and how far does each reach?"""

from math import ceil

from advisor.reports.forms import limits_in_form
from advisor.reports.selectors import Result
from advisor.web.panels import Slider

UNITS = {
    "margin": "points",
    "minimum": "points",
    "p95": "s",
    "volume": "a month",
    "budget": "$",
}
LABELS = {
    "margin": "Quality margin",
    "minimum": "Minimum quality",
    "p95": "p95 latency",
    "volume": "Requests",
    "budget": "Monthly budget",
}
# How far a slider reaches by the limit that was set, and its steps.
REACH = {"margin": 3.0, "minimum": 1.0, "p95": 3.0, "volume": 10.0, "budget": 4.0}
STEPS = {"margin": 0.5, "minimum": 0.5, "p95": 0.05, "volume": 1000.0, "budget": 5.0}
MOST = {"margin": 30.0, "minimum": 100.0}


def slider_of(name: str, value: float | None, result: Result) -> Slider:
    """Return the slider of one limit; ``value`` None is no limit."""
    before, step = stated(result)[name], STEPS[name]
    most = min(MOST.get(name, float("inf")), before * REACH[name])
    most = 100.0 if name == "minimum" else max(step, ceil(most / step) * step)
    step = step if most / step < 2000 else most / 1000
    shown = before if value is None else value
    return Slider(
        name=name,
        label=LABELS[name],
        value=min(shown, most),
        shown="" if value is None else f"{shown:,.10g}",
        unit=UNITS[name],
        least=step if name == "margin" else 0.0,
        most=most,
        step=step,
        ends=("0", f"{most:,.4g}" if most < 1e6 else f"{most / 1e6:,.3g} M"),
    )


def stated(result: Result) -> dict[str, float]:
    """Return the limits of the setup by field, in the units of the form."""
    return limits_in_form(numbers_of(result))


def numbers_of(result: Result) -> dict[str, float]:
    """Return the setup's limits that are numbers, by constraint."""
    return {
        key: one.number
        for key, one in result.constraints.items()
        if one.tag is None and isinstance(one.limit, int | float)
    }
