from fractions import Fraction
from itertools import islice
from math import ceil, inf

import numpy as np
import pytest

from advisor.sizing.breakeven import (
    BreakEven,
    BreakEvenBand,
    equal_quality_saving,
    monthly_capacity,
)
from advisor.sizing.errors import SizingError


def own_is_cheaper(volume, capacity, replica_cost, saving):
    """The comparison itself, straight from the two bills."""
    return ceil(volume / capacity) * replica_cost <= volume * saving


def random_price_sets(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        capacity = Fraction(int(rng.integers(1, 200)), int(rng.integers(1, 9)))
        cost = Fraction(int(rng.integers(0, 120)), int(rng.integers(1, 9)))
        saving = Fraction(int(rng.integers(-5, 60)), int(rng.integers(1, 99)))
        yield capacity, cost, saving


def test_it_equals_direct_evaluation_in_ten_thousand_random_price_sets():
    rng = np.random.default_rng(12)
    capacity, cost = rng.uniform(1, 100, (2, 10_000)).tolist()
    saving = rng.uniform(-0.5, 5, 10_000).tolist()
    volumes = (rng.uniform(0, 12, 10_000) * capacity).tolist()
    agreed = [
        BreakEven(*prices).cheaper_at(volume) == own_is_cheaper(volume, *prices)
        for *prices, volume in zip(capacity, cost, saving, volumes, strict=True)
    ]
    assert all(agreed)


def test_it_is_exact_at_every_corner_and_crossing():
    for k, prices in enumerate(random_price_sets(600, seed=11)):
        capacity, cost, saving = prices
        even = BreakEven(*prices)
        # The corner of a step and the crossing itself are where rounding would show.
        crossing = (k % 9 + 1) * cost / saving if saving > 0 and cost > 0 else capacity
        for volume in ((k % 7 + 1) * capacity / 4, crossing):
            assert even.cheaper_at(volume) == own_is_cheaper(volume, *prices)


def test_its_intervals_are_the_runs_of_a_scan():
    for capacity, cost, saving in random_price_sets(25, seed=5):
        even = BreakEven(capacity, cost, saving)
        grid = [Fraction(k, 40) * capacity for k in range(1, 240)]
        inside = list(even.intervals(up_to=6 * capacity))
        for volume in grid:
            assert own_is_cheaper(volume, capacity, cost, saving) == any(
                low <= volume <= high for low, high in inside
            )
        for (_, end), (start, _) in zip(inside, inside[1:], strict=False):
            assert end < start


def test_it_is_cheaper_for_ever_from_the_last_crossing_on():
    even = BreakEven(capacity=100, replica_cost=80, saving=1)
    # 1 replica: 80 to 100; 2: 160 to 200; 3: 240 to 300; 4: 320 to 400; from 400 on
    # the fifth joins without a gap.
    assert list(even.intervals(up_to=1000)) == [
        (80, 100),
        (160, 200),
        (240, 300),
        (320, 1000),
    ]
    assert even.first == 80
    assert even.always_from == 320


def test_it_never_breaks_even_where_a_full_replica_costs_more():
    even = BreakEven(capacity=100, replica_cost=101, saving=1)
    assert (even.ever, even.first, even.always_from) == (False, None, None)
    assert list(even.intervals()) == []
    assert not even.cheaper_at(1e9)


def test_it_never_breaks_even_where_the_api_is_not_dearer_per_request():
    assert not BreakEven(capacity=100, replica_cost=1, saving=0).ever
    assert not BreakEven(capacity=100, replica_cost=1, saving=-2).ever


def test_it_breaks_even_only_at_full_replicas_when_those_just_pay():
    even = BreakEven(capacity=100, replica_cost=100, saving=1)
    assert even.always_from is None
    assert list(islice(even.intervals(), 3)) == [(100, 100), (200, 200), (300, 300)]


def test_it_is_always_cheaper_on_hardware_that_costs_nothing():
    even = BreakEven(capacity=100, replica_cost=0, saving=0)
    assert even.always_from == 0
    assert list(even.intervals()) == [(0, inf)]
    assert even.cheaper_at(1)


def test_it_has_no_saving_at_no_volume():
    assert not BreakEven(capacity=100, replica_cost=1, saving=1).cheaper_at(0)


def test_its_band_holds_every_price_in_between():
    rng = np.random.default_rng(3)
    band = BreakEvenBand(
        estimate=BreakEven(100, 80, 1),
        optimistic=BreakEven(120, 70, 1.2),
        pessimistic=BreakEven(90, 90, 1.05),
    )
    for volume in rng.uniform(1, 2000, 400):
        between = BreakEven(
            rng.uniform(90, 120), rng.uniform(70, 90), rng.uniform(1.05, 1.2)
        ).cheaper_at(volume)
        assert band.pessimistic.cheaper_at(volume) <= between
        assert between <= band.optimistic.cheaper_at(volume)


def test_it_charges_the_api_for_as_many_accepted_answers():
    assert equal_quality_saving(0.02, 0.001, 0.9) == pytest.approx(0.017)


def test_it_counts_a_month_of_730_hours():
    assert monthly_capacity(2.0, 0.2) == pytest.approx(1_051_200)


@pytest.mark.parametrize(("rate", "share"), [(0.0, 0.2), (1.0, 0.0), (1.0, 1.1)])
def test_it_refuses_a_capacity_without_rate_or_share(rate, share):
    with pytest.raises(SizingError, match=f"got {rate} and {share}"):
        monthly_capacity(rate, share)


@pytest.mark.parametrize(("capacity", "cost"), [(0, 1), (10, -1)])
def test_it_refuses_impossible_replicas(capacity, cost):
    with pytest.raises(SizingError, match=f"got {capacity} requests and {cost}"):
        BreakEven(capacity, cost, 1)
