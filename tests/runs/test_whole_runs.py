"""From a frozen setup to a stored recommendation, in one process."""

import json

import pytest

from advisor.runs import selectors, services
from advisor.runs.models import Answer, Candidate, Run
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db


def finished(**setup) -> Run:
    run = services.launch(setup=make_setup(**setup), started_by=None)
    return services.run_inline(run)


def test_recorded_answers_lead_to_a_recommendation():
    names = keys(100)
    run = finished(
        samples=100,
        reference={"id": "big", "answers": right(names, wrong=3)},
        candidates=[
            {"id": "good", "answers": right(names, wrong=4)},
            {"id": "bad", "answers": right(names, wrong=60)},
        ],
    )
    assert run.state == Run.State.COMPLETED
    assert run.recommendation.outcome == "recommended"
    assert run.recommendation.recommended == "good"
    document = json.loads(run.recommendation.document)
    verdicts = {one["id"]: one["verdict"] for one in document["candidates"]}
    assert verdicts == {"good": "recommended", "bad": "rejected", "big": "qualifies"}
    assert document["calls"] == {"made": 300, "exhaustive": 300}
    assert broken_invariants(run) == []


def test_computing_it_again_gives_the_same_bytes():
    run = finished(candidates=[{"id": "a", "answers": right(keys(40))}])
    fresh = Run.objects.get(pk=run.pk)
    assert services.recomputed(fresh).decode() == run.recommendation.document


def test_the_same_setup_launched_again_gives_the_same_candidates():
    setup = make_setup(candidates=[{"id": "a", "answers": right(keys(40), 5)}])
    documents = []
    for _ in range(2):
        run = services.run_inline(services.launch(setup=setup, started_by=None))
        documents.append(json.loads(run.recommendation.document))
    assert documents[0]["candidates"] == documents[1]["candidates"]
    assert [one["look"] for one in documents] == [1, 1]


def test_a_missing_answer_is_a_gap_and_the_run_says_so():
    answers = right(keys(40))
    del answers["s0007"]
    run = finished(candidates=[{"id": "a", "answers": answers}])
    assert run.state == Run.State.WITH_GAPS
    gap = Answer.objects.get(trial__sample__key="s0007")
    assert (gap.score, gap.failure_code) == (None, "not_recorded")


def test_a_failure_of_the_model_scores_zero():
    answers = {**right(keys(40)), "s0003": {"error": "invalid answer"}}
    run = finished(candidates=[{"id": "a", "answers": answers}])
    failed = Answer.objects.get(trial__sample__key="s0003")
    assert (failed.score, failed.failure_kind) == (0.0, "model")
    assert run.state == Run.State.COMPLETED


def test_what_was_lost_on_the_way_is_tried_again():
    run = finished(
        samples=20,
        candidates=[
            {"id": "a", "options": {"default": "upper", "fail_first": {"s0002": 3}}}
        ],
    )
    answer = Answer.objects.get(trial__sample__key="s0002")
    assert (answer.attempt_no, answer.failure_code) == (4, "")
    assert run.state == Run.State.COMPLETED


def test_after_five_tries_it_is_a_gap():
    run = finished(
        samples=20, candidates=[{"id": "a", "options": {"fail_first": {"s0002": 9}}}]
    )
    answer = Answer.objects.get(trial__sample__key="s0002")
    assert (answer.attempt_no, answer.score) == (5, None)
    assert run.state == Run.State.WITH_GAPS


def test_a_refused_configuration_pauses_the_candidate_after_two_calls(tmp_path):
    calls = tmp_path / "calls"
    refused = {"code": "http_401", "kind": "configuration", "message": "wrong key"}
    run = finished(
        samples=50,
        candidates=[
            {
                "id": "a",
                "options": {
                    "failures": dict.fromkeys(keys(50), refused),
                    "calls_file": str(calls),
                },
            }
        ],
    )
    assert len(calls.read_text().split()) == 2
    assert run.state == Run.State.PAUSED
    assert run.pause_reason == "a: wrong key"
    assert broken_invariants(run) == []


def test_a_model_that_does_not_fit_is_a_result():
    failure = {"code": "out_of_memory", "kind": "model", "message": "needs 9 GB"}
    run = finished(
        samples=30,
        reference={"id": "big", "answers": right(keys(30))},
        candidates=[
            {"id": "a", "options": {"open_failure": failure}},
            {"id": "b", "answers": right(keys(30))},
        ],
    )
    unfit = Candidate.objects.get(key="a")
    assert (unfit.state, unfit.reason) == (Candidate.State.UNFIT, "needs 9 GB")
    assert run.recommendation.recommended == "b"
    document = json.loads(run.recommendation.document)
    told = {one["id"]: one for one in document["candidates"]}
    assert told["a"]["verdict"] == "rejected"
    assert told["a"]["reason"] == "Does not run: needs 9 GB."
    # nothing was asked of it, so nothing was measured
    assert told["a"]["quality"] is None
    assert broken_invariants(run) == []


def test_three_answers_in_a_row_out_of_memory_end_the_candidate():
    oom = {"code": "out_of_memory", "kind": "model", "message": "at 8 GB"}
    finished(
        samples=30,
        candidates=[{"id": "a", "options": {"failures": dict.fromkeys(keys(30), oom)}}],
    )
    assert Candidate.objects.get(key="a").state == Candidate.State.UNFIT
    assert Answer.objects.count() == 3


def test_a_sample_that_ends_the_model_process_three_times_is_set_aside():
    """F37."""
    crash = {"code": "host_crash", "kind": "transport", "message": "signal 11"}
    run = finished(
        samples=20, candidates=[{"id": "a", "options": {"failures": {"s0004": crash}}}]
    )
    answer = Answer.objects.get(trial__sample__key="s0004")
    assert (answer.score, answer.trial.state) == (0.0, "quarantined")
    assert answer.trial.solo_crashes == 3
    assert broken_invariants(run) == []


def test_repeats_are_averaged_within_a_sample():
    run = finished(
        samples=10,
        repeats=3,
        candidates=[{"id": "a", "options": {"outputs": {"s0001#1": "yes"}}}],
        constraints={"min_quality": 0.01},
    )
    evidence = selectors.case_of(run).evidence[0]
    assert sorted(evidence.scores)[-1] == pytest.approx(1 / 3)
    assert len(evidence.scores) == 10
    assert Answer.objects.count() == 30


def test_a_group_is_one_unit_and_stays_in_one_block():
    rows = [{"id": key, "group": f"g{i % 7}"} for i, key in enumerate(keys(70))]
    run = finished(samples=rows, candidates=[{"id": "a", "answers": right(keys(70))}])
    blocks: dict[str, set[int]] = {}
    for trial in run.trials.select_related("sample"):
        blocks.setdefault(trial.sample.group, set()).add(trial.block)
    assert all(len(found) == 1 for found in blocks.values())
    assert set(selectors.case_of(run).groups or ()) == {f"g{i}" for i in range(7)}


def test_a_score_that_was_recorded_is_taken_over():
    answers = {key: {"output": "?", "score": 0.25} for key in keys(20)}
    run = finished(samples=20, candidates=[{"id": "a", "answers": answers}])
    assert selectors.case_of(run).evidence[0].scores == (0.25,) * 20


def test_what_a_database_cannot_hold_is_replaced():
    run = finished(
        samples=10, candidates=[{"id": "a", "answers": {"s0001": "a\x00b\ud800"}}]
    )
    answer = Answer.objects.get(trial__run=run, trial__sample__key="s0001")
    assert answer.output == "a\ufffdb\ufffd"
