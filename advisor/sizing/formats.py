"""How is a number written? Every number becomes text here, and a result its document.

Minus signs are true minus signs, a value that was not measured is a dash, and no figure
pretends to more digits than it has. ``document`` and ``to_bytes`` write the published
form of a recommendation; the same case gives the same bytes.
"""

import json
from collections.abc import Mapping
from math import floor, isfinite
from typing import TYPE_CHECKING

from advisor.sizing import naming
from advisor.sizing.constraints import Constraint

if TYPE_CHECKING:
    from advisor.sizing.conclusions import Finding, Recommendation, Row
    from advisor.sizing.measurement import Costs, Figure

DASH = "–"
MINUS = "\u2212"
SCHEMA = "rightsize.recommendation/1"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators and ``digits`` decimals."""
    if value is None:
        return DASH
    if not isfinite(value):
        return "unbounded"
    text = f"{abs(value):,.{digits}f}"
    negative = value < 0 and text.strip("0.,") != ""
    return (MINUS if negative else "") + text


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share of one as a percentage."""
    if share is None or not isfinite(share):
        return number(share)
    return number(share * 100, digits) + "%"


def surely(share: float) -> str:
    """Return a confidence as a percentage, never more than it is: 95%, 99.9%."""
    tenths = floor(share * 1000 + 1e-6)
    return percent(tenths / 1000, 1 if tenths % 10 else 0)


def points(share: float | None) -> str:
    """Return a difference of scores in points of a hundred."""
    if share is None or not isfinite(share):
        return number(share)
    text = number(share * 100, 1)
    return (
        f"{text} point" if abs(float(f"{share * 100:.1f}")) == 1 else f"{text} points"
    )


def money(amount: float | None, currency: str = "USD") -> str:
    """Return an amount of money: whole from 100 on, cents below, more below a cent."""
    if amount is None or not isfinite(amount):
        return number(amount)
    size = abs(amount)
    if size >= 99.995:
        text = number(size)
    elif size >= 0.995 or size == 0:
        text = number(size, 2) if size else "0"
    else:
        text = f"{size:.2g}" if size >= 1e-4 else f"{size:.1e}"
        text += "0" * (text[:2] == "0." and len(text) == 3)  # ten cents, not one tenth
    sign = MINUS if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def duration(ms: float | None) -> str:
    """Return milliseconds: whole below a second, seconds with two decimals above."""
    if ms is None or not isfinite(ms):
        return number(ms)
    if abs(ms) < 999.5:
        return f"{number(ms, 1 if abs(ms) < 9.95 else 0)} ms"
    return f"{number(ms / 1000, 2)} s"


def gigabytes(gb: float | None) -> str:
    """Return memory in GB of 10^9 bytes, megabytes below a tenth of one."""
    if gb is None or not isfinite(gb):
        return number(gb)
    if abs(gb) < 0.0995:
        return f"{number(gb * 1000)} MB"
    return f"{number(gb, 1)} GB"


def rate(per_second: float | None, what: str = "requests") -> str:
    """Return a rate per second; two digits of one below a tenth."""
    if per_second is not None and 0 < abs(per_second) < 0.095:
        return f"{per_second:.2g} {what}/s"
    digits = 1 if per_second is not None and abs(per_second) < 100 else 0
    return f"{number(per_second, digits)} {what}/s"


def count(value: float | None, what: str) -> str:
    """Return a count with its noun: 1 sample, 2 samples."""
    return f"{number(value)} {what}" + ("" if value == 1 else "s")


def about(value: int, what: str) -> str:
    """Return an estimated count with its noun, rounded up to two digits."""
    step = 10 ** max(len(str(value)) - 2, 0)
    return f"about {count(-(-value // step) * step, what)}"


def span(low: float | None, high: float | None, digits: int = 2) -> str:
    """Return an interval, such as "0.70 to 0.97"."""
    return f"{number(low, digits)} to {number(high, digits)}"


def plus_minus(figure: "Figure | None") -> str:
    """Return a share with its 95 % margin in points, such as "96.1% ± 2.3"."""
    if figure is None or figure.value is None:
        return DASH
    if figure.low is None or figure.high is None:
        return percent(figure.value)
    half = max(figure.high - figure.value, figure.value - figure.low)
    return f"{percent(figure.value)} ± {number(half * 100, 1)}"


def amount(constraint: Constraint, value: object) -> str:
    """Return a value of a constraint, or its limit, in the constraint's unit."""
    name = constraint.name
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return naming.spoken(name, value)
    if isinstance(value, tuple):
        return ", ".join(naming.spoken(name, str(item)) for item in value)
    size = float(str(value))
    if name == "quality_margin":
        return points(size)
    if name in ("min_quality", "slices"):
        return percent(size)
    if name in ("p95_latency_ms", "ttft_ms"):
        return duration(size)
    if name == "max_memory_gb":
        return gigabytes(size)
    if name == "monthly_budget_usd":
        return money(size)
    if name == "peak_requests_per_second":
        return rate(size)
    return count(size, "token" if name == "context_tokens" else "request")


def to_bytes(doc: Mapping[str, object]) -> bytes:
    """Return a document as UTF-8 JSON: same content, same bytes, on every machine."""
    text = json.dumps(doc, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode()


def document(
    recommendation: "Recommendation",
    provenance: Mapping[str, object],
    calls: Mapping[str, int],
    spend: "Figure | None",
) -> dict[str, object]:
    """Return the result in the published form, ``rightsize.recommendation/1``."""
    return {
        "schema": SCHEMA,
        "outcome": recommendation.outcome,
        "recommended": recommendation.recommended,
        "sentence": recommendation.sentence,
        "candidates": [_finding(one) for one in recommendation.findings],
        "cheaper_undecided": list(recommendation.cheaper_undecided),
        "keep_reference": recommendation.keep_reference,
        "look": recommendation.case.look,
        "calls": dict(calls),
        "spend_usd": _figure(spend),
        "provenance": dict(provenance),
    }


def _finding(finding: "Finding") -> dict[str, object]:
    evidence, quality = finding.evidence, finding.quality
    difference = quality.difference
    return {
        "id": finding.id,
        "role": evidence.role,
        "quality": _figure(quality.figure),
        "difference": difference
        and {
            "value": difference.value,
            "low": difference.low,
            "high": difference.high,
            "n": difference.n,
            "verdict": difference.verdict,
            "promise": difference.promise,
        },
        "latency_ms": evidence.latency_ms
        and {
            **{name: _figure(one) for name, one in finding.latency.items()},
            "n": len(evidence.latency_ms),
        }
        or None,
        "ttft_ms": _figure(finding.ttft),
        "output_tokens_per_second": _figure(evidence.tokens_per_second),
        "memory_gb": _figure(evidence.memory_gb),
        "cost": _costs(evidence.costs),
        "constraints": [_row(row) for row in finding.rows],
        "verdict": finding.standing,
        "reason": finding.reason,
    }


def _figure(figure: "Figure | None") -> dict[str, object] | None:
    return None if figure is None else figure.as_dict()


def _costs(costs: "Costs") -> dict[str, object]:
    return {
        "per_1000_requests": _figure(costs.per_1000_requests),
        "per_accepted_answer": _figure(costs.per_accepted_answer),
        "per_month": _figure(costs.per_month),
        "currency": costs.currency,
    }


def _row(row: "Row") -> dict[str, object]:
    return {
        "name": row.constraint.key,
        "level": row.constraint.level,
        "limit": _plain(row.constraint.limit),
        "value": _plain(row.value),
        "status": row.status,
        "slack": _plain(row.slack),
    }


def _plain(value: object) -> object:
    """Return a value as JSON has it; an infinite number has none."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
