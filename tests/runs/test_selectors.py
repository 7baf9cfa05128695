"""What a team may see of its runs, and how it is laid out."""

from math import inf

import pytest
from django.db import connection

from advisor.projects.models import Sample
from advisor.runs import selectors, services
from advisor.runs.models import Run
from tests.runs.factory import keys, make_project, make_setup, make_team, right

pytestmark = pytest.mark.django_db


def finished(**setup) -> Run:
    run = services.launch(setup=make_setup(**setup), started_by=None)
    return services.run_inline(run)


@pytest.fixture
def compared() -> Run:
    names = keys(60)
    return finished(
        samples=[{"id": k, "tags": ["vip"] if k < "s0010" else []} for k in names],
        reference={"id": "big", "answers": right(names, wrong=2)},
        candidates=[{"id": "small", "answers": right(names, wrong=6)}],
    )


def test_another_teams_run_does_not_exist(compared):
    with pytest.raises(Run.DoesNotExist):
        selectors.run_of(make_team(), compared.pk)
    assert selectors.run_of(compared.team, compared.pk) == compared


def test_runs_are_listed_newest_first():
    project = make_project()
    setup = make_setup(project=project, candidates=[{"id": "a"}])
    runs = [services.launch(setup=setup, started_by=None) for _ in range(3)]
    assert list(selectors.runs_of(project)) == runs[::-1]
    assert selectors.latest_run(project) == runs[2]
    assert selectors.run_by_number(project, 2) == runs[1]


def test_the_reference_stands_first(compared):
    assert [one.key for one in selectors.candidates_of(compared)] == ["big", "small"]


def test_progress_counts_trials_failures_and_gaps():
    names = keys(40)
    answers = {**right(names), "s0001": {"error": "refused"}}
    del answers["s0002"]
    run = finished(candidates=[{"id": "a", "answers": answers}])
    progress = selectors.progress_of(run)
    (one,) = progress.candidates
    assert (one.done, one.total, one.failed, one.gaps) == (40, 40, 2, 1)
    assert {(f.code, f.kind, f.count) for f in one.failures} == {
        ("recorded_error", "model", 1),
        ("not_recorded", "transport", 1),
    }
    assert (progress.share, progress.final, one.eta_s) == (1.0, True, None)


def test_quality_is_shown_from_20_samples_on():
    run = services.launch(
        setup=make_setup(samples=19, candidates=[{"id": "a", "answers": {}}]),
        started_by=None,
    )
    services.run_inline(run)
    assert selectors.progress_of(run).candidates[0].quality is None
    run = finished(samples=60, candidates=[{"id": "a", "answers": right(keys(60))}])
    quality = selectors.progress_of(run).candidates[0].quality
    assert quality.value == 1.0
    assert quality.low < 1.0
    assert quality.n == 60


def test_progress_of_a_large_run_takes_few_queries(
    compared, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        selectors.progress_of(compared)


def test_a_sample_shows_all_answers_side_by_side(compared):
    view = selectors.sample_of(compared, "s0003")
    assert [(one.candidate, one.score) for one in view.answers] == [
        ("big", 1.0),
        ("small", 0.0),
    ]
    assert (view.expected, view.tags) == ("yes", ("vip",))
    with pytest.raises(Sample.DoesNotExist):
        selectors.sample_of(compared, "nowhere")


def test_samples_are_paged_in_the_runs_order(compared):
    pages = [selectors.sample_page(compared, number=n, size=25) for n in (1, 2, 3)]
    positions = [view.position for page in pages for view in page.samples]
    assert positions == list(range(60))
    assert [len(page.samples) for page in pages] == [25, 25, 10]
    assert pages[0].pages == 3


def test_a_page_beyond_the_last_is_the_last(compared):
    assert selectors.sample_page(compared, number=99).number == 3


def test_failures_are_those_of_the_candidates(compared):
    page = selectors.sample_page(compared, show="failures")
    assert {view.key for view in page.samples} == set(keys(6))
    page = selectors.sample_page(compared, show="failures", candidate="big")
    assert {view.key for view in page.samples} == set(keys(2))


def test_different_are_samples_whose_scores_differ(compared):
    page = selectors.sample_page(compared, show="different")
    assert {view.key for view in page.samples} == set(keys(6)) - set(keys(2))


def test_neighbours_follow_the_runs_order(compared):
    first, second = selectors.sample_page(compared, size=2).samples
    assert selectors.neighbours_of(compared, first.key) == (None, second.key)


def test_recorded_latency_and_cost_reach_the_case():
    answers = {
        key: {"output": "yes", "latency_ms": 100 + i, "ttft_ms": 10, "cost_usd": 0.002}
        for i, key in enumerate(keys(80))
    }
    run = finished(samples=80, candidates=[{"id": "a", "answers": answers}])
    evidence = selectors.case_of(run).evidence[0]
    assert sorted(evidence.latency_ms) == [100 + i for i in range(80)]
    assert evidence.costs.per_1000_requests.value == pytest.approx(2.0)
    assert evidence.costs.per_1000_requests.origin == "measured"
    assert run.spent_micro == 0


def test_repeats_of_a_recorded_answer_are_one_time():
    told = {"latency_ms": 100, "prompt_tokens": 7, "completion_tokens": 5}
    answers = dict.fromkeys(keys(30), {"output": "yes", **told})
    run = finished(samples=30, repeats=3, candidates=[{"id": "a", "answers": answers}])
    evidence = selectors.case_of(run).evidence[0]
    assert len(evidence.latency_ms) == 30
    assert evidence.tokens_per_second.n == 30


def test_tokens_that_a_file_does_not_tell_make_no_speed():
    answers = dict.fromkeys(keys(30), {"output": "yes", "latency_ms": 100})
    run = finished(samples=30, candidates=[{"id": "a", "answers": answers}])
    evidence = selectors.case_of(run).evidence[0]
    assert evidence.latency_ms is not None
    assert evidence.tokens_per_second is None


def test_a_sample_that_a_file_does_not_hold_was_not_slow():
    answers = {key: {"output": "yes", "latency_ms": 100} for key in keys(80)[5:]}
    answers[keys(80)[5]] = {"error": "timeout", "latency_ms": 9000}
    run = finished(samples=80, candidates=[{"id": "a", "answers": answers}])
    evidence = selectors.case_of(run).evidence[0]
    assert sorted(evidence.latency_ms) == [100] * 74 + [inf]
    assert evidence.scores.count(None) == 5


def test_cost_from_price_and_tokens_is_known():
    answers = {
        key: {"output": "yes", "prompt_tokens": 100, "completion_tokens": 10}
        for key in keys(40)
    }
    price = {"input_per_1m": 1.0, "output_per_1m": 10.0}
    run = finished(candidates=[{"id": "a", "answers": answers, "price": price}])
    costs = selectors.case_of(run).evidence[0].costs
    assert costs.per_1000_requests.value == pytest.approx(0.2)


def test_nothing_measured_is_none():
    run = finished(candidates=[{"id": "a", "answers": right(keys(40))}])
    evidence = selectors.case_of(run).evidence[0]
    assert evidence.latency_ms is None
    assert evidence.memory_gb is None
    assert evidence.costs.per_1000_requests is None
    assert evidence.tokens_per_second is None


def test_a_queued_run_is_not_shown_as_through():
    setup = make_setup(samples=20, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    ran = []

    def through(execute, sql, *rest):
        if '"runs_trial"."state"' in sql and not ran:
            ran.append(sql)
            services.run_inline(Run.objects.get(pk=run.pk))
        return execute(sql, *rest)

    with connection.execute_wrapper(through):
        progress = selectors.progress_of(run)
    assert (progress.label, progress.share) == ("Done", 1.0)
