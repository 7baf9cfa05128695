"""What a run decides does not depend on who died, was stopped or was asked again."""

from typing import Any

import pytest

from advisor.engines.base import Failure, Prompt
from advisor.runs import services
from advisor.runs.dispatcher import Dispatcher
from advisor.runs.models import Candidate, Run
from advisor.runs.selectors.racing import standing_of
from advisor.runs.selectors.scores import ScoresSeen
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import claim_block, claim_unit, free_unit
from advisor.runs.services.driving import begin, turn_down
from advisor.runs.services.reaping import reap
from advisor.runs.services.speed_money import Purse
from advisor.runs.services.states import FINAL_RUNS, move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import keys, make_project, make_setup, right
from tests.runs.test_leases import expire
from tests.runs.test_racing import document_of
from tests.runs.test_speed import timed

pytestmark = pytest.mark.django_db
N = 300
TIMED_OUT = {"code": "timeout", "kind": "model", "message": "too slow"}


def race_of(
    *models: tuple[str, float, dict[str, str]], reference: dict[str, Any], **given: Any
) -> Run:
    """A race of scripted models by price, against a scripted reference."""

    def entry(name: str, cost: float, options: dict[str, Any]) -> dict[str, Any]:
        price = {"input_per_1m": cost, "output_per_1m": 0.0}
        return {"id": name, "options": options, "price": price}

    setup = make_setup(
        samples=N,
        candidates=[
            entry(name, cost, {"outputs": outs}) for name, cost, outs in models
        ],
        reference=entry("big", 90.0, reference),
        **{
            "constraints": {"quality_margin": 0.05},
            "stop": "decided",
            "promise": "traffic",
            **given,
        },
    )
    return services.launch(setup=setup, started_by=None)


def third_wrong() -> dict[str, str]:
    return {k: "no" if at % 3 == 0 else "yes" for at, k in enumerate(keys(N))}


def third_failing() -> dict[str, dict[str, str]]:
    return {k: TIMED_OUT for at, k in enumerate(keys(N)) if at % 3 == 0}


def works_again(run: Run) -> None:
    """The server of the reference is well by now."""
    one = run.candidates.get(role="reference")
    one.spec["options"] = {"outputs": right(keys(N))}
    one.save(update_fields=["spec"])


def worked_off(run: Run) -> Run:
    """The work of a run is done by whoever is told of it, for some turns at most."""
    for _ in range(12):
        for one in services.due_candidates([run.pk]):
            services.drive(run_id=run.pk, candidate_id=one.pk)
        services.finish(run.pk)
    return Run.objects.get(pk=run.pk)


def test_a_certificate_does_not_outlive_the_failures_it_was_held_against():
    run = race_of(
        ("small", 1.0, third_wrong()),
        ("mid", 2.0, right(keys(N))),
        reference={"outputs": right(keys(N)), "failures": third_failing()},
    )
    run = services.run_inline(run)
    assert run.recommendation.recommended == "small"
    works_again(run)
    services.retry_failed(run=run)
    run = services.run_inline(run)
    run.refresh_from_db()
    verdicts = {one["id"]: one["verdict"] for one in document_of(run)["candidates"]}
    assert verdicts == {"small": "rejected", "mid": "recommended", "big": "qualifies"}
    assert broken_invariants(run) == []


def test_running_the_others_asks_nothing_again_that_counts():
    run = race_of(
        ("small", 1.0, third_wrong()),
        ("mid", 2.0, right(keys(N))),
        reference={"outputs": right(keys(N)), "failures": third_failing()},
    )
    run = services.run_inline(run)
    before = {one["id"]: one["difference"] for one in document_of(run)["candidates"]}
    works_again(run)
    services.run_others(run=run)
    run = services.run_inline(run)
    run.refresh_from_db()
    after = {one["id"]: one["difference"] for one in document_of(run)["candidates"]}
    assert after["small"] == before["small"]
    assert broken_invariants(run) == []


def test_what_was_held_of_a_model_that_does_not_fit_ends_its_run_too():
    setup = make_setup(samples=40, candidates=[{"id": "a"}, {"id": "b"}])
    run = services.launch(setup=setup, started_by=None)
    begin(run.pk)
    one = run.candidates.get(key="a")
    lease = claim_block(one)
    assert lease is not None
    # Another machine finds that it does not fit.
    turn_down(one, Failure(code="out_of_memory", kind="model", message="too large"))
    expire(lease)
    reap()
    run = worked_off(run)
    assert run.state in FINAL_RUNS
    assert broken_invariants(run) == []


def test_a_slice_that_saw_its_run_go_on_judges_by_what_counts_now():
    run = race_of(
        ("small", 1.0, third_wrong()),
        reference={"outputs": right(keys(N)), "failures": third_failing()},
    )
    run = services.run_inline(run)
    # What the slice has read of scores by now, and when the owner goes on.
    seen = ScoresSeen()
    seen.of(run, run.candidates.all())
    works_again(run)
    services.retry_failed(run=run)
    rows = list(run.candidates.order_by("pk"))
    assert standing_of(run, rows, seen).samples == standing_of(run, rows).samples


@pytest.mark.parametrize("how", ["cancelled", "stopped"])
def test_a_run_that_is_stopped_while_it_is_timed_tells_all_it_spent(how: str):
    run, _ = timed(entry={"price": {"input_per_1m": 10, "output_per_1m": 10}})
    begin(run.pk)
    one = run.candidates.get()
    asked = iter([False] * 5)
    services.drive(
        run_id=run.pk, candidate_id=one.pk, stopping=lambda: next(asked, True)
    )
    Candidate.objects.update(engine="openai")
    one = Candidate.objects.select_related("run").get()
    assert move_candidate(one, to=Candidate.State.SPEED)
    sample = one.trials.first().sample
    prompt = Prompt(id="p", text="q", max_output_tokens=9)
    token = claim_unit(one)
    assert token
    purse = Purse.of(one)
    assert purse.allow([(sample, prompt)])
    if how == "cancelled":
        services.cancel(run=run)
    else:
        stop_at_cap(run.pk, 1)
        services.finish(run.pk)
    # Its worker ends a little later.
    purse.give_up()
    free_unit(one, token)
    Dispatcher().look()
    run = Run.objects.get(pk=run.pk)
    assert run.state in FINAL_RUNS
    assert run.unknown_micro
    assert broken_invariants(run) == []


def test_a_look_is_another_one_whatever_the_reference_is_said_to_cost():
    project = make_project()

    def reference(price: float) -> dict[str, Any]:
        cost = {"input_per_1m": price, "output_per_1m": price}
        return {"id": "big", "price": cost}

    setups = [
        make_setup(
            project=project,
            candidates=[{"id": "a"}],
            reference=reference(price),
            constraints={"quality_margin": 0.05, "monthly_requests": month},
        )
        for price, month in ((1.0, 1000), (1.0, 2000), (2.0, 1000))
    ]
    looks = [services.launch(setup=one, started_by=None).look for one in setups]
    assert looks == [1, 2, 3]
