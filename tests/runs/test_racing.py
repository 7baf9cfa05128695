"""A run that stops when it is decided asks no more than it needs, and says so."""

import json
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Run, Trial
from advisor.runs.selectors import case_of
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.driving import begin
from advisor.runs.services.verifying import broken_invariants
from advisor.sizing.recommendation import decide
from advisor.sizing.sequential import Certifier
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db
N = 300


def wrong_everywhere(share: int) -> dict[str, str]:
    """Answers of which every ``share``-th is wrong."""
    return {k: "no" if at % share == 0 else "yes" for at, k in enumerate(keys(N))}


def race_setup(**given: Any) -> Any:
    price = {"output_per_1m": 0.0}
    entries = [
        {
            "id": name,
            "answers": answers,
            "price": {**price, "input_per_1m": cost},
            "licence": "gemma",
        }
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
    after = dict(run.candidates.values_list("key", "decided_after"))
    assert lines == [
        f"tiny: discarded after {after['tiny']} samples.",
        f"small: certified after {after['small']} samples.",
    ]
    assert (after["mid"], after["big"]) == (None, None)
    assert "mid: not run, small was certified first." in run.events.values_list(
        "text", flat=True
    )


def scripted(**given: Any) -> Any:
    """The same race of models that are asked, one by one."""
    price = {"output_per_1m": 0.0}

    def entry(name: str, cost: float, answers: dict[str, str]) -> dict[str, Any]:
        return {
            "id": name,
            "options": {"outputs": answers},
            "price": {**price, "input_per_1m": cost},
        }

    entries = [
        entry("tiny", 1.0, wrong_everywhere(2)),
        entry("small", 2.0, right(keys(N), wrong=6)),
        entry("mid", 4.0, right(keys(N), wrong=6)),
    ]
    document = {
        "samples": N,
        "candidates": entries,
        "reference": entry("big", 90.0, right(keys(N), wrong=6)),
        "constraints": {"quality_margin": 0.05},
        "stop": "decided",
        "promise": "traffic",
        **given,
    }
    return make_setup(**document)


def test_what_is_decided_does_not_depend_on_who_died_in_between():
    setup = scripted()
    calm = services.run_inline(services.launch(setup=setup, started_by=None))
    rough = services.launch(setup=setup, started_by=None)
    begin(rough.pk)
    chance = Random(7)
    for _ in range(200):
        due = services.due_candidates([rough.pk])
        if not due:
            services.finish(rough.pk)
            due = services.due_candidates([rough.pk])
        if not due:
            break
        one = Candidate.objects.select_related("run").get(pk=chance.choice(due).pk)
        if chance.random() < 0.3:
            # A worker that takes a block and is killed: its lease runs out.
            claim_block(one)
            expire(rough)
            services.reap()
            # As often as chance wants: no sample is to be set aside for it.
            forgiven = {"not_before": None, "solo_crashes": 0, "claims": 1}
            Trial.objects.filter(run=rough, state="pending").update(**forgiven)
            continue
        left = chance.randint(1, 20)

        def stopping(left: list[int] = [left]) -> bool:  # noqa: B006 - counts down
            left[0] -= 1
            return left[0] < 0

        services.drive(run_id=rough.pk, candidate_id=one.pk, stopping=stopping)
        services.close_engines()
    services.finish(rough.pk)
    rough.refresh_from_db()
    assert rough.state == Run.State.COMPLETED
    documents = [document_of(run) for run in (calm, rough)]
    assert documents[0]["candidates"] == documents[1]["candidates"]
    assert documents[0]["sentence"] == documents[1]["sentence"]
    assert broken_invariants(rough) == []


def expire(run: Run) -> None:
    past = timezone.now() - timedelta(hours=1)
    Trial.objects.filter(run=run, state="leased").update(lease_until=past)


def test_stored_certifiers_are_to_the_bit_those_of_replaying():
    run = raced()
    for name in ("tiny", "small"):
        one = run.candidates.get(key=name)
        assert one.certifiers["samples"] == one.decided_after
        kept = one.certifiers["states"]["quality_margin"]
        cut = {e.id: e.scores for e in case_of(run).evidence}
        levels = (kept["margin"], kept["alpha"], kept["beta"])
        assert levels == pytest.approx((0.05, 0.05 / 3, 0.1 / 3))
        fresh = Certifier(*levels, N, "traffic")
        for ours, theirs in zip(cut[name], cut["big"], strict=False):
            fresh.update(theirs - ours)
        assert fresh.state() == kept


def test_what_is_reported_is_what_the_rule_decides_on_the_same_scores():
    run = raced()
    found = decide(case_of(run))
    document = document_of(run)
    assert document["outcome"] == found.outcome
    assert {one["id"]: one["verdict"] for one in document["candidates"]} == {
        one.id: one.standing for one in found.findings
    }


def test_the_others_are_run_too_on_one_click():
    run = raced()
    before = document_of(run)
    services.run_others(run=run)
    assert run.candidates.get(key="mid").state == Candidate.State.WAITING
    run = services.run_inline(run)
    after = document_of(Run.objects.get(pk=run.pk))
    verdicts = {one["id"]: one["verdict"] for one in after["candidates"]}
    assert verdicts["mid"] == "qualifies"
    assert 0 < asked(run)["mid"] < N
    kept = {one["id"]: one for one in before["candidates"]}
    now = {one["id"]: one for one in after["candidates"]}
    assert (now["small"], now["tiny"]) == (kept["small"], kept["tiny"])
    assert broken_invariants(run) == []
    with pytest.raises(services.StepRefused, match="Every candidate of run 1 was run"):
        services.run_others(run=run)


def test_running_all_samples_spares_nobody():
    run = raced(stop="exhausted")
    assert asked(run) == {"tiny": N, "small": N, "mid": N, "big": N}
    assert run.candidates.filter(open_to__isnull=False).count() == 0
    with pytest.raises(services.StepRefused):
        services.run_others(run=run)


def test_a_fact_that_excludes_a_candidate_spares_it_every_call():
    run = raced(constraints={"quality_margin": 0.05, "licences": ["mit"]})
    assert asked(run) == dict.fromkeys(("tiny", "small", "mid", "big"), 0)
    document = document_of(run)
    assert document["outcome"] == "none_qualifies"


def test_a_model_that_does_not_fit_lets_the_next_one_run():
    failure = {"code": "out_of_memory", "kind": "model", "message": "needs 9 GB"}
    price = {"output_per_1m": 0.0}
    run = raced(
        candidates=[
            {
                "id": "huge",
                "options": {"open_failure": failure},
                "price": {**price, "input_per_1m": 0.1},
            },
            {
                "id": "small",
                "answers": right(keys(N), wrong=6),
                "price": {**price, "input_per_1m": 2.0},
            },
        ]
    )
    assert run.recommendation.recommended == "small"
    assert run.candidates.get(key="huge").state == Candidate.State.UNFIT
    assert broken_invariants(run) == []


def test_undecided_after_all_samples_says_about_how_many_more():
    answers = {k: "no" if at % 16 == 3 else "yes" for at, k in enumerate(keys(N))}
    run = raced(candidates=[{"id": "close", "answers": answers}])
    assert run.candidates.get(key="close").decision == Candidate.Decision.UNDECIDED
    document = document_of(run)
    assert document["outcome"] == "undecided"
    assert "further samples" in document["sentence"]
    assert asked(run)["close"] == N


def test_whoever_is_fastest_is_known_only_when_all_are_timed():
    timed = {
        k: {"output": v, "latency_ms": 100.0} for k, v in right(keys(N), 6).items()
    }
    slower = {k: {**v, "latency_ms": 200.0} for k, v in timed.items()}
    run = raced(
        candidates=[
            {"id": "slow", "answers": slower, "parameters": 1},
            {"id": "fast", "answers": timed, "parameters": 2},
        ],
        objective="latency",
    )
    assert run.recommendation.recommended == "fast"
    assert run.candidates.get(key="slow").decision == Candidate.Decision.CERTIFIED


def test_a_run_stopped_at_its_cap_keeps_what_was_decided():
    run = services.launch(setup=race_setup(), started_by=None)
    begin(run.pk)
    while not run.candidates.filter(decision="discarded").exists():
        one = services.due_candidates([run.pk])[0]
        services.drive(run_id=run.pk, candidate_id=one.pk)
    assert stop_at_cap(run.pk, 1)
    services.finish(run.pk)
    run = Run.objects.get(pk=run.pk)
    told = {one["id"]: one["verdict"] for one in document_of(run)["candidates"]}
    assert (told["tiny"], told["mid"]) == ("rejected", "not_run")
    assert broken_invariants(run) == []
    services.raise_cap(run=run, cap_usd=5)
    run = services.run_inline(run)
    assert run.state == Run.State.COMPLETED
    assert document_of(Run.objects.get(pk=run.pk))["recommended"] == "small"


def test_a_cancelled_run_keeps_what_was_decided():
    run = services.launch(setup=race_setup(), started_by=None)
    begin(run.pk)
    for _ in range(3):
        one = services.due_candidates([run.pk])[0]
        services.drive(run_id=run.pk, candidate_id=one.pk)
    services.cancel(run=run)
    run = Run.objects.get(pk=run.pk)
    assert run.state == Run.State.CANCELLED
    assert document_of(run)["calls"]["made"] == sum(asked(run).values())
    assert broken_invariants(run) == []


def test_a_run_cancelled_before_any_answer_recommends_nothing():
    run = services.launch(setup=race_setup(), started_by=None)
    services.cancel(run=run)
    assert not hasattr(Run.objects.get(pk=run.pk), "recommendation")


def test_a_paused_reference_pauses_a_race_that_waits_for_it():
    refused = {"code": "http_401", "kind": "configuration", "message": "wrong key"}
    reference = {"id": "big", "options": {"failures": dict.fromkeys(keys(N), refused)}}
    run = raced(reference=reference)
    assert (run.state, run.pause_reason) == (Run.State.PAUSED, "big: wrong key")
    assert broken_invariants(run) == []


def test_what_was_answered_after_a_hole_counts_only_once_the_hole_is_filled():
    run = services.launch(setup=race_setup(), started_by=None)
    begin(run.pk)
    hole = Trial.objects.get(run=run, candidate__key="big", position=5)
    Trial.objects.filter(pk=hole.pk).update(not_before=timezone.now() + timedelta(1))
    for name in ("big", "tiny"):
        one = run.candidates.get(key=name)
        services.drive(run_id=run.pk, candidate_id=one.pk)
    assert run.candidates.get(key="tiny").decision == ""
    scores = {one.id: len(one.scores) for one in case_of(run).evidence}
    assert scores["big"] == 5
    Trial.objects.filter(pk=hole.pk).update(not_before=None)
    assert services.run_inline(run).state == Run.State.COMPLETED


def test_a_run_of_which_declared_facts_exclude_everybody_ends_by_itself():
    limits = {"min_quality": 0.5, "licences": ["mit"]}
    setup = race_setup(reference=None, constraints=limits)
    run = services.launch(setup=setup, started_by=None)
    # There is nothing to do for any worker.
    assert services.due_candidates([run.pk]) == []
    assert services.finish(run.pk)
    run = Run.objects.get(pk=run.pk)
    assert run.state == Run.State.COMPLETED
    assert run.recommendation.outcome == "none_qualifies"
    assert not Answer.objects.exists()
    assert broken_invariants(run) == []


def test_a_race_that_is_over_waits_for_no_reference():
    refused = {"code": "key", "kind": "configuration", "message": "Key refused."}
    setup = race_setup(
        constraints={"quality_margin": 0.05, "licences": ["mit"]},
        reference={"id": "big", "options": {"open_failure": refused}},
    )
    run = services.run_inline(services.launch(setup=setup, started_by=None))
    assert run.state == Run.State.COMPLETED
    assert run.recommendation.outcome == "none_qualifies"
    reference = run.candidates.get(role="reference")
    assert reference.reason == "The race is over without it: Key refused."
    assert broken_invariants(run) == []
