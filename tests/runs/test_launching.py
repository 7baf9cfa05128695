"""A launch freezes everything and writes rows, and nothing else."""

import pytest

from advisor.projects.models import Setup
from advisor.runs import services
from advisor.runs.models import Run, Trial
from advisor.runs.services.errors import LaunchRefused
from advisor.runs.services.ordering import ordered
from tests.runs.factory import keys, make_project, make_setup, right

pytestmark = pytest.mark.django_db


def launched(**setup) -> Run:
    return services.launch(setup=make_setup(**setup), started_by=None)


def test_there_is_one_trial_for_each_candidate_sample_and_repeat():
    run = launched(
        samples=50,
        repeats=2,
        reference={"id": "r", "answers": right(keys(50))},
        candidates=[{"id": "a"}, {"id": "b"}],
    )
    assert run.state == Run.State.QUEUED
    assert run.trials.count() == 50 * 2 * 3
    assert Trial.objects.filter(run=run).values("candidate").distinct().count() == 3


def test_the_order_is_the_same_for_every_candidate():
    run = launched(samples=50, candidates=[{"id": "a"}, {"id": "b"}])
    orders = [
        list(one.trials.order_by("position").values_list("sample__key", flat=True))
        for one in run.candidates.all()
    ]
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0])


def test_neither_name_nor_seed_changes_the_order():
    orders = []
    for seed in (1, 2):
        made = make_setup(samples=50, seed=seed, candidates=[{"id": f"a{seed}"}])
        samples = list(made.sample_set.samples.order_by("position"))
        orders.append([one.key for one in ordered(samples, rule_sha256="rule")])
    assert orders[0] == orders[1]


def test_blocks_hold_at_most_32_trials():
    run = launched(samples=100, repeats=3, candidates=[{"id": "a"}])
    sizes: dict[int, int] = {}
    for block in run.trials.values_list("block", flat=True):
        sizes[block] = sizes.get(block, 0) + 1
    assert max(sizes.values()) <= 32
    assert sum(sizes.values()) == 300


def test_candidates_stand_in_their_planned_order_cheapest_first():
    def price(amount):
        return {"input_per_1m": amount, "output_per_1m": amount}

    run = launched(
        candidates=[
            {"id": "unknown"},
            {"id": "dear", "price": price(5)},
            {"id": "cheap", "price": price(1)},
        ]
    )
    ordered = run.candidates.order_by("position").values_list("key", flat=True)
    assert list(ordered) == ["cheap", "dear", "unknown"]


def test_samples_without_a_reference_answer_are_left_out_and_listed():
    answers = right(keys(40)[2:])
    run = launched(reference={"id": "r", "answers": answers}, candidates=[{"id": "a"}])
    assert run.manifest["samples"]["left_out"] == ["s0000", "s0001"]
    assert run.trials.filter(candidate__key="a").count() == 38


def test_too_many_of_them_stop_the_launch_and_nothing_is_stored():
    setup = make_setup(
        reference={"id": "r", "answers": right(keys(40)[3:])}, candidates=[{"id": "a"}]
    )
    with pytest.raises(LaunchRefused, match="at most 5 %"):
        services.launch(setup=setup, started_by=None)
    assert not Run.objects.exists()


def test_a_draft_cannot_be_launched():
    setup = make_setup(candidates=[{"id": "a"}])
    setup.state = Setup.State.DRAFT
    with pytest.raises(LaunchRefused, match="Freeze it"):
        services.launch(setup=setup, started_by=None)


def test_an_idempotency_key_opens_one_run():
    setup = make_setup(candidates=[{"id": "a"}])
    runs = [
        services.launch(setup=setup, started_by=None, idempotency_key="k")
        for _ in range(2)
    ]
    assert runs[0] == runs[1]


def test_an_idempotency_key_is_for_one_setup():
    project = make_project()
    first = make_setup(project=project, candidates=[{"id": "a"}])
    other = make_setup(project=project, candidates=[{"id": "b"}])
    services.launch(setup=first, started_by=None, idempotency_key="k")
    with pytest.raises(LaunchRefused, match="another setup"):
        services.launch(setup=other, started_by=None, idempotency_key="k")


def test_another_setup_on_the_same_samples_is_another_look():
    project = make_project()
    setups = [
        make_setup(project=project, candidates=[{"id": "a"}], accept_at=accept)
        for accept in (1.0, 0.9, 1.0)
    ]
    looks = [services.launch(setup=one, started_by=None).look for one in setups]
    assert looks == [1, 2, 1]


def test_another_scorer_begins_a_new_series():
    project = make_project()
    setups = [
        make_setup(project=project, candidates=[{"id": "a"}], scorer=scorer)
        for scorer in ("exact_match", "normalised_text")
    ]
    looks = [services.launch(setup=one, started_by=None).look for one in setups]
    assert looks == [1, 1]


def test_the_manifest_holds_no_secret_and_names_what_decides():
    run = launched(candidates=[{"id": "a"}])
    assert set(run.manifest) >= {"constraints", "scorer", "prompt", "seed", "versions"}
    assert "key" not in str(run.manifest["candidates"])
