"""How is a figure of the stored document written? Dictionaries in, text out."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from advisor.sizing import formats
from advisor.sizing.measurement import Figure
from advisor.sizing.phrases import TIMES
from advisor.web.parts import Verdict

Stored = Mapping[str, Any] | None

VERDICTS = {
    "recommended": Verdict("pass", "pass", "Recommended"),
    "qualifies": Verdict("pass", "pass", "Meets every constraint"),
    "rejected": Verdict("fail", "fail", "Rejected"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
    "not_run": Verdict("quiet", "skip", "Not run"),
}
REFERENCE = Verdict("quiet", "seal", "Reference")
STATUSES = {
    "met": Verdict("pass", "pass", "Met"),
    "failed": Verdict("fail", "fail", "Failed"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
    "unknown": Verdict("quiet", "skip", "Not measured"),
}
NAMES = {
    "quality_margin": "Loss against the reference",
    "min_quality": "Quality",
    "p95_latency_ms": "p95 latency",
    "ttft_ms": "Time to first token, p95",
    "monthly_requests": "Monthly volume",
    "peak_requests_per_second": "Peak load",
    "monthly_budget_usd": "Cost per month",
    "hosting": "Where it runs",
    "local_only": "Stays in the network",
    "max_memory_gb": "Memory",
    "hardware": "Hardware",
    "licences": "Licence",
    "languages": "Languages",
    "context_tokens": "Context",
}
ENGINES = {
    "transformers": "run here",
    "openai": "endpoint",
    "recorded": "recorded answers",
    "fake": "scripted",
}


def value_of(figure: Stored) -> float | None:
    """Return the value of a stored figure, None when nothing was measured."""
    return None if figure is None else figure["value"]


def held(row: Mapping[str, Any]) -> Any:
    """Return the value of a stored limit's row, None where nothing was measured.

    JSON has no number for a time that failures leave without an end.
    """
    timed = row["name"] in TIMES and row["status"] in ("failed", "undecided")
    return inf if timed and row["value"] is None else row["value"]


def time_of(figure: Stored) -> str:
    """Return a stored time; one that failures leave without an end is said so."""
    if figure is None:
        return formats.DASH
    return formats.duration(inf if figure["value"] is None else figure["value"])


def points(share: float | None) -> str:
    """Return a share as points of score, one decimal, without the unit."""
    return formats.number(None if share is None else share * 100, 1)


def points_of(figure: Stored) -> str:
    """Return the value of a stored quality in points of score."""
    return points(value_of(figure))


def quality(figure: Stored) -> tuple[str, str]:
    """Return a quality and its interval in points of score."""
    if figure is None:
        return formats.DASH, ""
    low, high = figure["low"], figure["high"]
    if low is None or high is None:
        return points(figure["value"]), ""
    return points(figure["value"]), f"{points(low)} to {points(high)}"


def margin(figure: Figure) -> str:
    """Return half the interval of a figure in points, such as ± 2.3."""
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    half = max(figure.high - figure.value, figure.value - figure.low)
    return f"± {points(half)}"


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: "a", "a and b", "a, b and c"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def name_of(key: str) -> str:
    """Return the name of a constraint; a slice is named by its tag."""
    kind, _, tag = key.partition(".")
    return f"Quality of {tag}" if kind == "slices" else NAMES.get(key, key)


def spec_note(
    spec: Mapping[str, Any], engine: str, facts: Mapping[str, Any] | None = None
) -> str:
    """Return engine, precision and machine of a candidate in a few words.

    Of a precision that was left open, ``facts`` of the run tell the one it came to.
    """
    parts = [ENGINES.get(engine, engine)]
    if engine == "transformers":
        precision = str(spec.get("precision") or "fp32")
        if precision == "auto" and facts and facts.get("precision"):
            precision = f"{facts['precision']} (auto)"
        parts = [precision, str(spec.get("hardware") or "")]
    if engine == "openai":
        parts.append(str(spec.get("model") or ""))
    return ", ".join(part.replace("-", " ") for part in parts if part)


def calls_told(calls: Mapping[str, int], *, stopped: bool) -> str:
    """Return how many answers were taken, spared, and taken over, without an end.

    In a run that was ``stopped`` what was not asked is missing, and not spared.
    """
    made, possible = calls["made"], calls["exhaustive"]
    told = [f"{made:,} of {possible:,} possible answers were taken"]
    if made < possible:
        why = "were not asked, as the run was stopped" if stopped else "were not needed"
        told.append(f"{possible - made:,} {why}")
    if cached := calls.get("cached"):
        told.append(f"{cached:,} were taken over from earlier runs")
    return ", ".join(told)
