from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.cascade import (
    Pairs,
    average_threshold,
    certified_threshold,
    grid_of,
    split,
)
from advisor.sizing.errors import InvalidMeasurement

GRID = np.array([0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, -inf])


def requests(rng, n):
    """Two models on requests of one difficulty each, right about 85 % and 65 %."""
    difficulty = rng.normal(size=n)
    surely = 1 / (1 + np.exp(-(0.9 - 1.5 * difficulty)))
    guess = 1 / (1 + np.exp(-(0.9 - 1.5 * difficulty + rng.normal(size=n))))
    large = 1 / (1 + np.exp(-(2.3 - 1.2 * difficulty)))
    return Pairs(
        confidence=guess,
        small=(rng.random(n) < surely).astype(float),
        large=(rng.random(n) < large).astype(float),
    )


def loss_at(pairs, threshold):
    return ((pairs.confidence >= threshold) * (pairs.large - pairs.small)).mean()


def test_a_certified_threshold_breaks_its_promise_no_more_often_than_stated():
    rng = np.random.default_rng(8)
    world = requests(rng, 40_000)
    broken = 0
    for _ in range(30):
        found = certified_threshold(requests(rng, 300), GRID, margin=0.03, alpha=0.05)
        broken += loss_at(world, found.value) > 0.03
    assert broken / 30 <= 0.05 + 3 * sqrt(0.05 * 0.95 / 30)


def test_a_threshold_on_average_breaks_it_in_a_third_of_single_runs():
    rng = np.random.default_rng(9)
    world = requests(rng, 40_000)
    found = [
        average_threshold(
            requests(rng, 300), grid_of(world.confidence[:2000]), margin=0.03
        )
        for _ in range(120)
    ]
    regrets = [
        (
            (world.confidence >= one.value) * np.maximum(world.large - world.small, 0)
        ).mean()
        for one in found
    ]
    assert found[0].holds == "on average"
    assert np.mean(regrets) <= 0.03
    assert 0.2 <= np.mean(np.array(regrets) > 0.03) <= 0.5


def test_it_goes_down_the_grid_until_the_first_failure():
    # Sure answers (0.9 and more) are as good as the large model's; the rest is wrong.
    confidence = np.tile([0.95, 0.9, 0.5, 0.3], 100)
    pairs = Pairs(
        confidence=confidence,
        small=np.tile([1.0, 1.0, 0.0, 0.0], 100),
        large=np.ones(400),
    )
    found = certified_threshold(pairs, GRID, margin=0.05, alpha=0.05)
    # Nothing lies between 0.9 and 0.5, so 0.6 still takes sure answers only.
    assert (found.value, found.holds, found.n) == (0.6, "certified", 400)
    assert average_threshold(pairs, GRID, margin=0.05).value == 0.6


def test_a_small_model_as_good_as_the_large_one_may_always_answer():
    pairs = Pairs(
        confidence=np.linspace(0, 1, 300), small=np.ones(300), large=np.ones(300)
    )
    assert certified_threshold(pairs, GRID, margin=0.05, alpha=0.05).value == -inf
    assert average_threshold(pairs, GRID, margin=0.05).value == -inf


def test_a_small_model_that_is_always_wrong_may_never_answer():
    pairs = Pairs(confidence=np.ones(300), small=np.zeros(300), large=np.ones(300))
    assert certified_threshold(pairs, GRID, margin=0.05, alpha=0.05).value == inf
    assert average_threshold(pairs, GRID, margin=0.05).value == inf


def test_each_further_small_model_that_was_tried_costs_confidence():
    rng = np.random.default_rng(10)
    pairs = requests(rng, 400)
    values = [
        certified_threshold(pairs, GRID, margin=0.05, alpha=0.05, tried=k).value
        for k in (1, 5, 500)
    ]
    assert values == sorted(values)


def test_the_average_promises_nothing_on_few_samples():
    rng = np.random.default_rng(11)
    assert average_threshold(requests(rng, 98), GRID, margin=0.01) is None
    assert average_threshold(requests(rng, 99), GRID, margin=0.01) is not None


def test_groups_are_certified_by_their_weighted_means():
    alone = Pairs(
        confidence=np.ones(120), small=np.tile([1.0, 0.0], 60), large=np.ones(120)
    )
    # The same samples, in 60 groups of a win and a loss: each mean loses one half.
    grouped = Pairs(
        confidence=alone.confidence,
        small=alone.small,
        large=alone.large,
        groups=tuple(f"case {i // 2}" for i in range(120)),
    )
    found = certified_threshold(grouped, GRID, margin=0.6, alpha=0.05)
    assert (found.value, found.n) == (-inf, 60)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.integers(1, 12), st.integers(0, 999))
def test_a_split_keeps_groups_whole_and_loses_nobody(n, groups, seed):
    rng = np.random.default_rng(seed)
    names = tuple(int(i) for i in rng.integers(0, groups, n))
    pairs = Pairs(
        confidence=np.zeros(n), small=np.zeros(n), large=np.zeros(n), groups=names
    )
    if len(set(names)) < 2:
        return
    kept, out = split(pairs, seed=seed)
    assert sorted([*kept, *out]) == list(range(n))
    assert not {names[i] for i in kept} & {names[i] for i in out}


def test_a_split_depends_on_its_seed_alone():
    pairs = requests(np.random.default_rng(1), 50)
    one, two, other = (split(pairs, seed=s)[0].tolist() for s in (1, 1, 2))
    assert one == two != other
    assert len(one) == 30


def test_the_grid_falls_from_never_to_always():
    grid = grid_of(np.array([0.2, 0.9, 0.9, 0.5]), steps=5)
    assert grid.tolist() == [0.9, 0.5, -inf]


def test_it_refuses_a_grid_that_does_not_fall():
    pairs = requests(np.random.default_rng(1), 10)
    with pytest.raises(InvalidMeasurement, match="must fall"):
        certified_threshold(pairs, GRID[::-1], margin=0.05, alpha=0.05)


def test_it_refuses_a_split_of_one_unit():
    pairs = Pairs(
        confidence=np.ones(2), small=np.ones(2), large=np.ones(2), groups=("a", "a")
    )
    with pytest.raises(InvalidMeasurement, match=r"got 0\.6 and 1"):
        split(pairs, seed=1)


def test_it_refuses_answers_to_other_samples():
    with pytest.raises(InvalidMeasurement, match="got 3, 2 and 2"):
        Pairs(confidence=np.ones(3), small=np.ones(2), large=np.ones(2))


@pytest.mark.parametrize(("confidence", "small"), [(nan, 1.0), (0.5, 1.5), (0.5, nan)])
def test_it_refuses_what_is_no_score(confidence, small):
    with pytest.raises(InvalidMeasurement, match="Scores lie between 0 and 1"):
        Pairs(
            confidence=np.array([confidence]),
            small=np.array([small]),
            large=np.array([1.0]),
        )
