import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from advisor.sizing import formats
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.recommendation import decide
from tests.sizing.cases import a_case, candidate, dollars, reference

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/schema/recommendation-1.json").read_text()
)
PROVENANCE = {
    "samples_sha256": "0" * 64,
    "rule_sha256": "f" * 64,
    "seed": 7,
    "versions": {"rightsize": "0.1.0"},
    "prices_as_of": None,
    "hosts_contacted": [],
}
CALLS = {"made": 400, "exhaustive": 400}


def document(case: Case) -> dict[str, object]:
    found = formats.document(decide(case), PROVENANCE, CALLS, Figure(0.0))
    read: dict[str, object] = json.loads(formats.to_bytes(found))
    Draft202012Validator(SCHEMA).validate(read)
    return read


def a_time(value: float, low: float, high: float) -> dict[str, object]:
    return {"value": value, "low": low, "high": high, "n": 100, "origin": "measured"}


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == formats.SCHEMA


def test_the_whole_document_of_a_recommendation():
    times = tuple(float(time) for time in range(1, 101))
    small = candidate(
        "small",
        182,
        costs=dollars(40),
        latency_ms=times,
        memory_gb=Figure(2.0, None, None, 1, "measured"),
    )
    big = reference(costs=dollars(900), memory_gb=Figure(80.0, origin="published"))
    found = document(a_case([big, small], {"p95_latency_ms": 800, "max_memory_gb": 8}))
    money = {"value": 40.0, "low": 40.0, "high": 40.0, "n": 200, "origin": "measured"}
    candidates = found.pop("candidates")
    assert found == {
        "schema": "rightsize.recommendation/1",
        "outcome": "recommended",
        "recommended": "small",
        "sentence": "Use small: it scores 91.0% ± 4.8, 107.1% of the reference's "
        "quality, at 4.4% of its cost. It meets every constraint: it is at least 1.1 "
        "points better than the reference on requests like your samples, where you "
        "allow a loss of 5.0 points.",
        "cheaper_undecided": [],
        "keep_reference": False,
        "look": 1,
        "calls": CALLS,
        "spend_usd": {
            "value": 0.0,
            "low": None,
            "high": None,
            "n": None,
            "origin": None,
        },
        "provenance": PROVENANCE,
    }
    assert isinstance(candidates, list)
    first = candidates[0]
    assert first.pop("quality") == {
        "value": 0.91,
        "low": pytest.approx(0.8622, abs=1e-4),
        "high": pytest.approx(0.9424, abs=1e-4),
        "n": 200,
        "origin": "measured",
    }
    assert first.pop("difference") == {
        "value": 0.06,
        "low": pytest.approx(0.0110, abs=1e-4),
        "high": pytest.approx(0.0992, abs=1e-4),
        "n": 200,
        "verdict": "non_inferior",
        "promise": "traffic",
    }
    assert first.pop("latency_ms") == {
        "p50": a_time(50.0, 40.0, 61.0),
        "p90": a_time(90.0, 84.0, 96.0),
        "p95": a_time(95.0, 90.0, 100.0),
        "p99": None,
        "n": 100,
    }
    assert first == {
        "id": "small",
        "role": "candidate",
        "ttft_ms": None,
        "output_tokens_per_second": None,
        "memory_gb": {
            "value": 2.0,
            "low": None,
            "high": None,
            "n": 1,
            "origin": "measured",
        },
        "cost": {
            "per_1000_requests": money,
            "per_accepted_answer": None,
            "per_month": money,
            "currency": "USD",
        },
        "constraints": [
            {
                "name": "quality_margin",
                "level": "must",
                "limit": 0.05,
                "value": -0.06,
                "status": "met",
                "slack": 0.11,
            },
            {
                "name": "p95_latency_ms",
                "level": "must",
                "limit": 800.0,
                "value": 95.0,
                "status": "met",
                "slack": 705.0,
            },
            {
                "name": "max_memory_gb",
                "level": "must",
                "limit": 8.0,
                "value": 2.0,
                "status": "met",
                "slack": 6.0,
            },
        ],
        "verdict": "recommended",
        "reason": "Meets every constraint: 6.0 points better than the reference (a "
        "loss of 5.0 points allowed), p95 latency 95 ms (limit 800 ms), memory 2.0 GB "
        "(limit 8.0 GB).",
    }


@pytest.mark.parametrize(
    "case",
    [
        a_case([reference(), candidate("a", 165)]),
        a_case([reference(), candidate("a", 120)], look=3),
        a_case([candidate("a", 186)], {"min_quality": 0.8, "languages": ["en"]}),
        a_case([candidate("a", 186)], {"min_quality": 0.8}, stop="decided"),
        a_case([reference(), Evidence(id="a", not_run=True)], {"local_only": True}),
        a_case(
            [reference(), candidate("a", 186, latency_ms=(float("inf"),) * 60)],
            {"p95_latency_ms": 100},
        ),
    ],
)
def test_every_outcome_keeps_to_the_schema(case):
    document(case)


def test_a_failing_percentile_has_no_number():
    case = a_case(
        [reference(), candidate("a", 186, latency_ms=(float("inf"),) * 60)],
        {"p95_latency_ms": 100},
    )
    (found, _) = document(case)["candidates"]  # type: ignore[misc]
    assert found["latency_ms"]["p95"]["value"] is None
    assert found["constraints"][1]["status"] == "failed"
    assert found["constraints"][1]["slack"] is None
