from random import Random

import pytest

from advisor.sizing import formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.rounding import reached

UNITS = {"points": 0.01, "point": 0.01, "%": 0.01, "ms": 1.0, "s": 1000.0, "GB": 1.0}
UNITS |= {"MB": 0.001, "requests/s": 1.0, "tokens": 1.0, "token": 1.0}


def read(text: str) -> float:
    """Return what somebody sets who reads a limit, in the constraint's unit."""
    if text.startswith("$"):
        return float(text[1:].replace(",", ""))
    number, _, unit = text.replace("%", " %").partition(" ")
    return float(number.replace(",", "")) * UNITS[unit]


@pytest.mark.parametrize(
    "name",
    [
        "quality_margin",
        "min_quality",
        "p95_latency_ms",
        "max_memory_gb",
        "monthly_budget_usd",
        "peak_requests_per_second",
        "context_tokens",
    ],
)
@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("beyond", [True, False])
def test_the_limit_that_is_read_is_one_from_which_it_holds(name, up, beyond):
    chance = Random(11)
    for _ in range(300):
        size = 10 ** chance.uniform(-3, 5)
        if name in ("quality_margin", "min_quality"):
            size = chance.random()
        value = chance.choice([size, float(f"{size:.2g}"), round(size, 3)])
        limit = Constraint(name=name, limit=1.0)
        shown = read(formats.amount(limit, reached(limit, value, up=up, beyond=beyond)))
        side = 1 if up else -1
        slack = 1e-9 * max(1.0, value)
        assert side * shown >= side * value - slack
        if beyond:
            assert abs(shown - value) > slack / 1000


@pytest.mark.parametrize(
    ("name", "value", "up", "beyond", "text"),
    [
        ("quality_margin", 0.0432, True, False, "4.4 points"),
        ("quality_margin", 0.35000000000000003, True, False, "35.0 points"),
        ("min_quality", 0.8579, False, False, "85.7%"),
        ("p95_latency_ms", 706.0, False, True, "705 ms"),
        ("p95_latency_ms", 1234.0, True, False, "1.24 s"),
        ("monthly_budget_usd", 1184.4, True, False, "$1,185"),
        ("monthly_budget_usd", 30.0, False, True, "$29.99"),
    ],
)
def test_a_limit_is_rounded_to_the_side_on_which_it_holds(
    name, value, up, beyond, text
):
    limit = Constraint(name=name, limit=1.0)
    assert formats.amount(limit, reached(limit, value, up=up, beyond=beyond)) == text


def test_what_has_no_end_stays_so():
    limit = Constraint(name="p95_latency_ms", limit=1.0)
    assert reached(limit, float("inf"), up=True) == float("inf")
