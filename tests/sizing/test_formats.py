from math import inf

import pytest

from advisor.sizing import formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.measurement import Figure

TABLE = [
    (formats.number(None), "–"),
    (formats.number(inf), "unbounded"),
    (formats.number(1234567), "1,234,567"),
    (formats.number(-3.25, 1), "\u22123.2"),
    (formats.number(-0.001, 1), "0.0"),
    (formats.percent(0.9612), "96.1%"),
    (formats.percent(1.124, 0), "112%"),
    (formats.percent(None), "–"),
    (formats.percent(inf), "unbounded"),
    (formats.points(0.041), "4.1 points"),
    (formats.points(0.01), "1.0 point"),
    (formats.points(-0.013), "\u22121.3 points"),
    (formats.points(None), "–"),
    (formats.money(1184.4), "$1,184"),
    (formats.money(99.996), "$100"),
    (formats.money(12.5), "$12.50"),
    (formats.money(0.996), "$1.00"),
    (formats.money(0.0042), "$0.0042"),
    (formats.money(0.1), "$0.10"),
    (formats.money(0.027), "$0.027"),
    (formats.money(0.00000421), "$4.2e-06"),
    (formats.money(0), "$0"),
    (formats.money(-7), "\u2212$7.00"),
    (formats.money(7, "EUR"), "€7.00"),
    (formats.money(-7, "CHF"), "\u22127.00 CHF"),
    (formats.money(None), "–"),
    (formats.duration(4.2), "4.2 ms"),
    (formats.duration(412.4), "412 ms"),
    (formats.duration(999.6), "1.00 s"),
    (formats.duration(2120), "2.12 s"),
    (formats.duration(inf), "unbounded"),
    (formats.gigabytes(7.94), "7.9 GB"),
    (formats.gigabytes(0.0421), "42 MB"),
    (formats.gigabytes(None), "–"),
    (formats.rate(3.14), "3.1 requests/s"),
    (formats.rate(0.019), "0.019 requests/s"),
    (formats.rate(0), "0.0 requests/s"),
    (formats.rate(250.4, "tokens"), "250 tokens/s"),
    (formats.rate(None), "– requests/s"),
    (formats.count(1, "sample"), "1 sample"),
    (formats.count(1200, "sample"), "1,200 samples"),
    (formats.about(1385, "more sample"), "about 1,400 more samples"),
    (formats.about(100, "more sample"), "about 100 more samples"),
    (formats.about(19, "more sample"), "about 19 more samples"),
    (formats.about(1, "more sample"), "about 1 more sample"),
    (formats.span(0.7, 0.971), "0.70 to 0.97"),
    (formats.span(0.7, None), "0.70 to –"),
    (formats.plus_minus(Figure(0.961, 0.94, 0.984, 200)), "96.1% ± 2.3"),
    (formats.plus_minus(Figure(0.961)), "96.1%"),
    (formats.plus_minus(None), "–"),
    (formats.plus_minus(Figure(None)), "–"),
]


@pytest.mark.parametrize(("found", "expected"), TABLE)
def test_numbers_become_text(found, expected):
    assert found == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("quality_margin", 0.05, "5.0 points"),
        ("min_quality", 0.8, "80.0%"),
        ("slices", 0.85, "85.0%"),
        ("p95_latency_ms", 800, "800 ms"),
        ("ttft_ms", 1300.0, "1.30 s"),
        ("max_memory_gb", 8, "8.0 GB"),
        ("monthly_budget_usd", 400, "$400"),
        ("peak_requests_per_second", 3, "3.0 requests/s"),
        ("context_tokens", 8192, "8,192 tokens"),
        ("monthly_requests", 300000, "300,000 requests"),
        ("hosting", ("device", "own_server"), "on the device, on premises"),
        ("licences", "mit", "MIT"),
        ("local_only", True, "yes"),
        ("local_only", False, "no"),
        ("min_quality", None, "–"),
    ],
)
def test_a_value_of_a_constraint_has_its_unit(name, value, expected):
    assert formats.amount(Constraint(name=name, limit=1.0), value) == expected


def test_bytes_are_plain_utf_8_json_and_the_same_every_time():
    assert formats.to_bytes({"a": "± 2", "b": [1, None]}) == (
        b'{\n "a": "\xc2\xb1 2",\n "b": [\n  1,\n  null\n ]\n}\n'
    )


def test_a_number_json_has_not_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        formats.to_bytes({"a": inf})
