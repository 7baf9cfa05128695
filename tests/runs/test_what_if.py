"""Other limits on a finished run: the same answers, another verdict."""

from math import ceil
from typing import Any

import pytest

from advisor.runs.models import Run, SpeedRecord
from advisor.runs.selectors import case_of, case_with
from advisor.runs.services import launch, run_inline
from advisor.sizing.errors import InvalidConstraints
from advisor.sizing.measurement import Figure
from advisor.sizing.recommendation import decide
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db


def model(name: str, wrong: int, price: float) -> dict[str, Any]:
    """A model whose answers take 300 ms and 100 tokens each way."""
    answers = {
        key: {
            "output": output,
            "latency_ms": 300 + index,
            "prompt_tokens": 100,
            "completion_tokens": 100,
        }
        for index, (key, output) in enumerate(right(keys(120), wrong=wrong).items())
    }
    dollars = {"input_per_1m": price, "output_per_1m": price}
    return {"id": name, "answers": answers, "price": dollars}


@pytest.fixture
def run() -> Run:
    setup = make_setup(
        reference=model("large", 0, 10.0),
        candidates=[model("small", 20, 0.1), model("medium", 2, 1.0)],
        samples=120,
        constraints={
            "quality_margin": 0.05,
            "p95_latency_ms": {"limit": 900, "level": "prefer"},
            "monthly_requests": 1_000_000,
            "monthly_budget_usd": 500,
        },
    )
    return run_inline(launch(setup=setup, started_by=None))


def recommended(run: Run, **limits: float | None) -> tuple[str, str | None]:
    decided = decide(case_with(run, case_of(run), limits))
    return decided.outcome, decided.recommended


def test_without_a_change_it_is_the_case_of_the_run(run: Run):
    assert case_with(run, case_of(run), {}) == case_of(run)
    assert recommended(run) == ("recommended", "medium")
    assert run.recommendation.recommended == "medium"


def test_a_wider_margin_lets_the_cheaper_one_in(run: Run):
    assert recommended(run, quality_margin=0.3) == ("recommended", "small")


def test_a_limit_keeps_its_level(run: Run):
    case = case_with(run, case_of(run), {"p95_latency_ms": 100.0})
    moved = next(one for one in case.constraints if one.name == "p95_latency_ms")
    assert (moved.number, moved.level) == (100.0, "prefer")
    assert recommended(run, p95_latency_ms=100.0) == ("recommended", "medium")


def test_a_limit_may_be_added_and_taken_away(run: Run):
    assert recommended(run, ttft_ms=10.0) == ("none_qualifies", None)
    assert "monthly_budget_usd" not in {
        one.name
        for one in case_with(
            run, case_of(run), {"monthly_budget_usd": None}
        ).constraints
    }


def test_volume_moves_what_is_paid_by_the_token(run: Run):
    def month(volume: float) -> dict[str, float]:
        case = case_with(run, case_of(run), {"monthly_requests": volume})
        return {
            one.id: one.costs.per_month.value or 0.0
            for one in case.evidence
            if one.costs.per_month is not None
        }

    now, tenfold = month(1_000_000), month(10_000_000)
    assert now == pytest.approx({"large": 2000, "small": 20, "medium": 200})
    assert tenfold == pytest.approx({name: 10 * cost for name, cost in now.items()})
    assert recommended(run, monthly_requests=10_000_000) == ("none_qualifies", None)


def test_what_cannot_be_read_together_is_refused():
    setup = make_setup(
        candidates=[model("small", 5, 1.0)],
        samples=120,
        constraints={"min_quality": 0.5},
    )
    run = run_inline(launch(setup=setup, started_by=None))
    with pytest.raises(InvalidConstraints):
        case_with(run, case_of(run), {"min_quality": None})


def test_who_is_billed_by_the_token_is_at_any_volume():
    both = {"input_per_1m": 1.0, "output_per_1m": 1.0, "per_hour": 1.0}
    setup = make_setup(
        candidates=[{"id": "small", "engine": "fake", "price": both}],
        samples=40,
        constraints={"min_quality": 0.1, "monthly_requests": 1_000_000},
    )
    run = run_inline(launch(setup=setup, started_by=None))
    SpeedRecord.objects.bulk_create(
        SpeedRecord(
            candidate=run.candidates.get(), phase="single", index=at, total_ms=400.0
        )
        for at in range(80)
    )
    case = case_of(run)
    now = case.evidence[0].costs.per_month
    moved = case_with(run, case, {"monthly_requests": 2_000_000}).evidence[0].costs
    assert now is not None
    assert now.value
    assert moved.per_month is not None
    assert moved.per_month.value == pytest.approx(2 * now.value)


def test_whole_replicas_carry_a_larger_volume():
    small = {"id": "small", "engine": "fake", "price": {"per_hour": 1.0}}
    setup = make_setup(
        candidates=[{**small, "options": {"default": "upper"}}],
        samples=40,
        constraints={"min_quality": 0.1, "monthly_requests": 1_000_000},
    )
    run = run_inline(launch(setup=setup, started_by=None))
    SpeedRecord.objects.bulk_create(
        SpeedRecord(
            candidate=run.candidates.get(), phase="single", index=at, total_ms=400.0
        )
        for at in range(80)
    )

    def month(volume: float) -> Figure | None:
        return (
            case_with(run, case_of(run), {"monthly_requests": volume})
            .evidence[0]
            .costs.per_month
        )

    assert month(1_000) == Figure(730, 730, 730, 80, "measured")
    # A peak of five times the average, and 2.5 requests/s at a load of 0.8 each.
    peak = 5 * 1e8 / (730 * 3600)
    many = month(1e8)
    assert many is not None
    assert many.value == 730 * ceil(peak / (2.5 * 0.8))
