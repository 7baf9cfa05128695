"""Pages claim no more than what a run tested, and name who they speak of."""

import json
from typing import Any

import pytest

from advisor.reports.pages.comparison import comparison_of
from advisor.reports.pages.deciding import spared_of
from advisor.reports.pages.next_steps import next_steps_of
from advisor.reports.pages.reasons import objective_of
from advisor.reports.pages.record import record_of
from advisor.reports.pages.record.sheets import unformula
from advisor.reports.pages.run_pair_words import any_difference
from advisor.reports.pages.techniques import techniques_of
from advisor.reports.pages.volumes import curves_of
from advisor.reports.selectors import Result, result_of
from advisor.runs.models import Run, SpeedRecord
from advisor.runs.selectors.pairing import Side, pairing_of
from advisor.runs.services import launch, run_inline
from tests.runs.factory import keys, make_project, make_setup, right

pytestmark = pytest.mark.django_db
MONTH = {"quality_margin": 0.1, "monthly_requests": 10_000}


def model(name: str, wrong: int, price: float, **entry: Any) -> dict[str, Any]:
    answers = {
        key: {"output": output, "prompt_tokens": 100, "completion_tokens": 100}
        for key, output in right(keys(120), wrong).items()
    }
    dollars = {"input_per_1m": price, "output_per_1m": price}
    return {"id": name, "answers": answers, "price": dollars, **entry}


def run_of(**setup: Any) -> Run:
    made = make_setup(**{"samples": 120, "objective": "cost", **setup})
    return run_inline(launch(setup=made, started_by=None))


def of(run: Run) -> Result:
    found = result_of(run)
    assert found is not None
    return found


def on_a_machine(run: Run, key: str, hourly: float) -> None:
    """Make a model one that was timed here and is paid by the hour."""
    row = run.candidates.get(key=key)
    row.engine = "transformers"
    row.spec = {**row.spec, "price": None, "hourly": hourly, "hardware": "nvidia-l4"}
    row.save(update_fields=["engine", "spec"])
    sample = run.setup.sample_set.samples.first()
    SpeedRecord.objects.bulk_create(
        SpeedRecord(
            candidate=row, phase="single", index=at, total_ms=300.0, sample=sample
        )
        for at in range(60)
    )


def test_who_was_certified_first_is_named_though_the_reference_is_kept():
    run = run_of(
        reference=model("large", 0, 1.0),
        candidates=[model("small", 0, 5.0), model("medium", 2, 10.0)],
        stop="decided",
        constraints={"quality_margin": 0.1},
    )
    result = of(run)
    assert result.document["keep_reference"]
    assert spared_of(result) == "medium was not run: small was certified first."
    rows = {row.id: row.reason for row in comparison_of(result).rows}
    assert rows["medium"] == "small was certified first."


def test_samples_in_groups_get_no_test_that_counts_each():
    project, names = make_project(), keys(60)
    rows = [{"id": key, "group": f"g{at // 12}"} for at, key in enumerate(names)]
    sides = [
        of(
            run_of(
                project=project,
                samples=rows,
                candidates=[{"id": "small", "answers": right(names, wrong)}],
                seed=wrong,
            )
        )
        for wrong in (12, 0)
    ]
    first, second = (
        Side(run=one.run, summary=one.summary, model="small") for one in sides
    )
    told = any_difference(pairing_of(first, second), *sides)
    assert told.startswith("Samples of one group answer alike")


@pytest.mark.parametrize(
    ("hourly", "trigger"),
    [(0.05, ""), (2.0, "volume passes about 73,000 requests a month, where a")],
)
def test_a_break_even_of_another_is_not_told_as_that_of_the_recommended(
    hourly: float, trigger: str
):
    run = run_of(
        reference=model("large", 0, 1000.0),
        candidates=[model("small", 0, 100.0), model("own", 2, 200.0)],
        constraints=MONTH,
    )
    on_a_machine(run, "own", hourly)
    result = of(run)
    comparison = comparison_of(result)
    assert comparison.subject == "small"
    assert comparison.cost_volume is not None
    assert "on its machine" not in comparison.cost_volume.summary
    assert len(comparison.cost_volume.break_even) == 1
    told = " ".join(record_of(result, comparison).consequences.revisit)
    assert "falls under" not in told
    assert trigger in told
    assert ("volume passes" in told) == bool(trigger)


def test_a_machine_of_unknown_cost_has_no_line_of_costs():
    run = run_of(
        reference=model("large", 0, 1000.0),
        candidates=[{"id": "own", "answers": right(keys(120), 2)}],
        constraints=MONTH,
    )
    on_a_machine(run, "own", 0.5)
    assert set(curves_of(of(run))) == {"large"}


@pytest.mark.parametrize(("price", "advised"), [(2.0, False), (0.5, True)])
def test_a_dearer_model_is_not_advised_to_be_trained(price: float, advised: bool):
    run = run_of(
        reference=model("large", 0, 10.0),
        candidates=[
            model("good", 0, 1.0),
            model("weak", 60, price, hosting="own_server"),
        ],
        constraints={"quality_margin": 0.1},
        labelled_examples=1000,
    )
    found = {one.name: one for one in techniques_of(of(run))}
    assert found["Fine-tune"].advised is advised


def timed_model(name: str, milliseconds: float, number: int = 40) -> dict[str, Any]:
    answers = {
        key: {"output": "yes", "latency_ms": milliseconds + place}
        for place, key in enumerate(keys(number))
    }
    return {"id": name, "answers": answers}


def test_too_few_times_are_not_told_as_too_slow():
    run = run_of(
        samples=40,
        reference=timed_model("large", 300),
        candidates=[timed_model("small", 100)],
        constraints={"quality_margin": 0.1, "p95_latency_ms": 500},
    )
    latencies = comparison_of(of(run)).latencies
    assert latencies is not None
    assert latencies.summary == (
        "0 of 2 stay within 500 ms at p95, 2 are not settled, as recorded."
    )


def test_the_fastest_is_told_alike_in_sentence_and_row():
    run = run_of(
        samples=40,
        objective="latency",
        reference=timed_model("large", 300),
        candidates=[timed_model("small", 100), timed_model("medium", 200)],
        constraints={"quality_margin": 0.1},
    )
    result = of(run)
    assert "It is the fastest of 2 candidates" in result.document["sentence"]
    rows = {row.id: row.reason for row in comparison_of(result).rows}
    assert rows["small"].startswith("The fastest that could be certified")


@pytest.mark.parametrize("text", [" =1+1", "\u00a0@sum", "\ufe62 1", "%A0", "\t=1"])
def test_no_spreadsheet_computes_what_stands_behind_a_blank(text: str):
    assert unformula(text).startswith("'")


def test_a_peak_alone_orders_by_the_cost_that_the_sentence_tells():
    run = run_of(
        reference=model("large", 0, 1000.0),
        candidates=[model("small", 0, 100.0), model("own", 2, 200.0)],
        constraints={"quality_margin": 0.1, "peak_requests_per_second": 1},
    )
    stored = json.loads(run.recommendation.document)
    # A machine at a peak costs so much a month, whatever a request comes to.
    own = next(one for one in stored["candidates"] if one["id"] == "own")
    own["cost"]["per_1000_requests"], own["cost"]["per_month"] = None, {"value": 9.0}
    result = Result(run, stored)
    small = next(one for one in result.findings if one["id"] == "small")
    assert objective_of(result, small) == pytest.approx(20.0)


def test_what_is_not_measured_is_named_and_no_limit_is_told_to_be_enough():
    run = run_of(
        samples=40,
        reference=timed_model("large", 300),
        candidates=[{"id": "small", "answers": right(keys(40), 30)}],
        constraints={**MONTH, "monthly_budget_usd": 5},
    )
    result = of(run)
    small = comparison_of(result).rows[0]
    assert small.reason == (
        "Loses 75.0 points, 10.0 points allowed. Not measured: cost a month."
    )
    steps = next_steps_of(result)
    assert steps is not None
    assert not any("would need" in one.text for one in steps.steps)
