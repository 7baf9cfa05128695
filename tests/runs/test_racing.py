"""A run that stops when it is decided asks no more than it needs, and says so."""

import json
from typing import Any

import pytest

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Run, Trial
from advisor.runs.selectors import case_of
from advisor.runs.services.verifying import broken_invariants
from advisor.sizing.recommendation import decide
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db
N = 300


def wrong_everywhere(share: int) -> dict[str, str]:
    """Answers of which every ``share``-th is wrong."""
    return {k: "no" if at % share == 0 else "yes" for at, k in enumerate(keys(N))}


def race_setup(**given: Any) -> Any:
    price = {"output_per_1m": 0.0}
    entries = [
        {"id": name, "answers": answers, "price": {**price, "input_per_1m": cost}}
        for name, cost, answers in (
            ("tiny", 1.0, wrong_everywhere(2)),
            ("small", 2.0, right(keys(N), wrong=6)),
            ("mid", 4.0, right(keys(N), wrong=6)),
        )
    ]
    document = {
        "samples": N,
        "candidates": entries,
        "reference": {
            "id": "big",
            "answers": right(keys(N), wrong=6),
            "price": {**price, "input_per_1m": 90.0},
        },
        "constraints": {"quality_margin": 0.05},
        "stop": "decided",
        "promise": "traffic",
        **given,
    }
    return make_setup(**document)


def raced(**given: Any) -> Run:
    run = services.launch(setup=race_setup(**given), started_by=None)
    return services.run_inline(run)


def document_of(run: Run) -> dict[str, Any]:
    return dict(json.loads(run.recommendation.document))


def asked(run: Run) -> dict[str, int]:
    return {
        one.key: Answer.objects.filter(trial__candidate=one).count()
        for one in run.candidates.all()
    }


@pytest.mark.parametrize("promise", ["traffic", "samples"])
def test_dearer_candidates_are_not_started_after_a_certificate(promise):
    run = raced(promise=promise)
    assert run.state == Run.State.COMPLETED
    document = document_of(run)
    told = {one["id"]: one for one in document["candidates"]}
    assert {name: one["verdict"] for name, one in told.items()} == {
        "small": "recommended",
        "tiny": "rejected",
        "mid": "not_run",
        "big": "qualifies",
    }
    assert told["mid"]["difference"] is None
    assert told["mid"]["reason"] == "Not run: small was certified first."
    made = asked(run)
    assert made["mid"] == 0
    assert made["tiny"] < made["small"] < N
    assert made["big"] <= made["small"] + 32
    assert document["calls"]["made"] == sum(made.values())
    assert document["calls"]["exhaustive"] == 4 * N
    assert broken_invariants(run) == []


def test_each_stops_at_its_own_decision_and_the_log_says_when():
    run = raced()
    events = run.events.filter(kind="race").order_by("pk")
    lines = list(events.values_list("text", flat=True))
    assert [line.partition(" samples")[0] for line in lines] == [
        "tiny: discarded after 32",
        "small: certified after 96",
    ]
    assert "mid: not run, small was certified first." in run.events.values_list(
        "text", flat=True
    )
