from math import inf

import numpy as np
import pytest

from advisor.sizing.cascade import Pairs
from advisor.sizing.cascade_replay import Costs, advise, latencies, replay
from advisor.sizing.errors import InvalidMeasurement

LADDER = np.tile([0.95, 0.95, 0.95, 0.2], 250)
PAIRS = Pairs(
    confidence=LADDER,
    small=np.tile([1.0, 1.0, 1.0, 0.0], 250),
    large=np.tile([1.0, 1.0, 1.0, 1.0], 250),
)


def advice(pairs=PAIRS, costs=None, margin=0.05):
    return advise(pairs, margin=margin, alpha=0.05, seed=1, costs=costs)


def test_it_advises_a_cascade_that_saves_and_keeps_its_promise():
    found = advice(costs=Costs(small=1.0, large=10.0))
    assert found.answer == "cascade"
    assert found.threshold.value == 0.95
    assert found.average.value == 0.95
    assert found.cascade.quality.value == 1.0
    # A quarter is passed on: 1 + 0.25 x 10 against 10 for the large model alone
    assert found.cascade.cost.value == pytest.approx(3.5, abs=0.6)
    assert found.large.cost.value == 10
    assert found.small.cost.value == 1
    assert found.small.quality.value == pytest.approx(0.75, abs=0.06)
    assert found.oracle.quality.value == 1.0
    assert found.oracle.cost.value <= found.cascade.cost.value
    assert found.cascade.quality.n == 400


def test_it_says_no_where_the_small_model_is_hardly_cheaper():
    found = advice(costs=Costs(small=7.0, large=10.0, checking=1.0))
    assert found.answer == "too_dear"
    # Passing on a quarter must stay below 1 - 8 / 10
    assert Costs(small=7.0, large=10.0, checking=1.0).worth_below == pytest.approx(0.2)


def test_it_says_no_where_the_small_model_is_always_wrong():
    pairs = Pairs(confidence=LADDER, small=np.zeros(1000), large=np.ones(1000))
    found = advice(pairs, Costs(small=1.0, large=10.0))
    assert (found.answer, found.threshold.value) == ("not_certified", inf)
    assert found.cascade.passed_on.value == 1.0
    # The cascade without a threshold asks both, which is what makes it a bad one.
    assert found.cascade.cost.value == 11


def test_it_prefers_a_small_model_that_is_good_enough_alone():
    pairs = Pairs(confidence=LADDER, small=np.ones(1000), large=np.ones(1000))
    found = advice(pairs, Costs(small=1.0, large=10.0))
    assert (found.answer, found.threshold.value) == ("small_alone", -inf)
    assert found.cascade.passed_on.value == 0.0


def test_it_cannot_compare_without_costs():
    found = advice()
    assert found.answer == "cost_unknown"
    assert found.cascade.cost is None


def test_a_free_large_model_is_never_worth_a_cascade():
    assert Costs(small=0.0, large=0.0).worth_below == -inf
    assert advice(costs=Costs(small=0.0, large=0.0)).answer == "too_dear"


def test_the_time_of_what_is_passed_on_is_that_of_both():
    passed = np.array([True, False])
    times = latencies(passed, np.array([10.0, 20.0]), np.array([300.0, 400.0]))
    assert times.tolist() == [310.0, 20.0]


def test_only_a_cascade_pays_for_checking():
    costs = Costs(small=1.0, large=10.0, checking=0.5)
    passed = np.zeros(1000, dtype=bool)
    assert replay(PAIRS, passed, costs).cost.value == 1.5
    assert replay(PAIRS, passed, costs, checking=False).cost.value == 1.0
    assert replay(PAIRS, ~passed, costs, first=False).cost.value == 10.0


def test_its_interval_takes_groups_as_the_unit():
    groups = tuple(f"case {i // 4}" for i in range(1000))
    grouped = Pairs(
        confidence=PAIRS.confidence, small=PAIRS.small, large=PAIRS.large, groups=groups
    )
    passed = np.zeros(1000, dtype=bool)
    # Each case has the same four scores, so that cases do not differ at all.
    quality = replay(grouped, passed, None).quality
    assert quality.low == pytest.approx(0.75)


def test_one_sample_has_no_interval():
    passed = np.zeros(1000, dtype=bool)
    empty = PAIRS.at(np.arange(1))
    assert replay(empty, passed[:1], None).quality.low is None


def test_it_refuses_costs_below_nothing():
    with pytest.raises(InvalidMeasurement, match=r"got -1, 2 and 0\.0"):
        Costs(small=-1, large=2)
