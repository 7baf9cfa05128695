"""Times that other programs disturbed may be too long: they exclude nobody."""

import pytest

from advisor.sizing import formats, recommendation
from advisor.sizing.constraints import parse
from advisor.sizing.limits import limit_rows
from advisor.sizing.measurement import DISTURBED, Case, Evidence, Figure

TIMES = tuple(float(100 + n) for n in range(72))


def case(limits, *, disturbed, **evidence):
    one = Evidence(
        id="a",
        scores=(1.0,) * 72,
        latency_ms=TIMES,
        ttft_ms=TIMES,
        disturbed=disturbed,
        **evidence,
    )
    constraints = parse({"min_quality": 0.5, **limits}, has_reference=False)
    return Case(evidence=(one,), constraints=constraints, samples=72, promise="samples")


def status(limits, *, disturbed, **evidence):
    made = case(limits, disturbed=disturbed, **evidence)
    return limit_rows(made, made.evidence[0])[0].status


@pytest.mark.parametrize("name", ["p95_latency_ms", "ttft_ms"])
@pytest.mark.parametrize(
    ("limit", "quiet", "noisy"),
    [(400, "met", "met"), (168, "undecided", "undecided"), (90, "failed", "undecided")],
)
def test_a_limit_is_met_all_the_more_and_never_failed(name, limit, quiet, noisy):
    assert status({name: limit}, disturbed=False) == quiet
    assert status({name: limit}, disturbed=True) == noisy


def test_a_peak_that_was_not_carried_meanwhile_is_open():
    slow = Figure(1.0, 0.9, 1.1, 72, "measured")
    limits = {"peak_requests_per_second": 5}
    assert status(limits, disturbed=False, capacity_rps=slow) == "failed"
    assert status(limits, disturbed=True, capacity_rps=slow) == "undecided"


def test_the_sentence_and_the_document_say_so():
    made = recommendation.decide(case({"p95_latency_ms": 90}, disturbed=True))
    document = formats.document(made, provenance={}, calls={}, spend=None)
    (told,) = document["candidates"]
    assert document["outcome"] == "undecided"
    assert "repeat it on a quiet machine" in told["reason"]
    assert told["latency_ms"]["p95"]["note"] == DISTURBED
    assert told["ttft_ms"]["note"] == DISTURBED


def test_a_quiet_measurement_carries_no_note():
    made = recommendation.decide(case({"p95_latency_ms": 400}, disturbed=False))
    document = formats.document(made, provenance={}, calls={}, spend=None)
    assert "note" not in document["candidates"][0]["latency_ms"]["p95"]
