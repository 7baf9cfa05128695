from fractions import Fraction
from itertools import islice
from math import ceil, inf

import numpy as np
import pytest

from advisor.sizing.breakeven import (
    BreakEven,
    BreakEvenBand,
    break_even_band,
    equal_quality_saving,
    monthly_capacity,
)
from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure


def own_is_cheaper(volume, capacity, replica_cost, saving, fixed=0):
    """The comparison itself, straight from the two bills."""
    return ceil(volume / capacity) * replica_cost + fixed <= volume * saving


def random_price_sets(count, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        capacity = Fraction(int(rng.integers(1, 200)), int(rng.integers(1, 9)))
        cost = Fraction(int(rng.integers(0, 120)), int(rng.integers(1, 9)))
        saving = Fraction(int(rng.integers(-5, 60)), int(rng.integers(1, 99)))
        fixed = Fraction(int(rng.integers(0, 99)), 7) * int(rng.integers(0, 2))
        yield capacity, cost, saving, fixed


def test_it_equals_direct_evaluation_in_ten_thousand_random_price_sets():
    rng = np.random.default_rng(12)
    capacity, cost = rng.uniform(1, 100, (2, 10_000)).tolist()
    saving = rng.uniform(-0.5, 5, 10_000).tolist()
    fixed = (rng.uniform(0, 200, 10_000) * rng.integers(0, 2, 10_000)).tolist()
    volumes = (rng.uniform(0, 12, 10_000) * capacity).tolist()
    agreed = [
        BreakEven(*prices).cheaper_at(volume) == own_is_cheaper(volume, *prices)
        for *prices, volume in zip(capacity, cost, saving, fixed, volumes, strict=True)
    ]
    assert all(agreed)


def test_it_is_exact_at_every_corner_and_crossing():
    for k, prices in enumerate(random_price_sets(600, seed=11)):
        capacity, cost, saving, fixed = prices
        even = BreakEven(*prices)
        # The corner of a step and the crossing itself are where rounding would show.
        crossing = capacity
        if saving > 0 and cost + fixed > 0:
            crossing = ((k % 9 + 1) * cost + fixed) / saving
        for volume in ((k % 7 + 1) * capacity / 4, crossing):
            assert even.cheaper_at(volume) == own_is_cheaper(volume, *prices)


def test_its_intervals_are_the_runs_of_a_scan():
    for capacity, *prices in random_price_sets(40, seed=5):
        even = BreakEven(capacity, *prices)
        grid = [Fraction(k, 40) * capacity for k in range(1, 240)]
        inside = list(even.intervals(up_to=6 * capacity))
        for volume in grid:
            assert own_is_cheaper(volume, capacity, *prices) == any(
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


def test_work_on_the_service_moves_every_step_to_the_right():
    even = BreakEven(capacity=100, replica_cost=60, saving=1, fixed=70)
    # 1 replica: from 130, beyond its 100; 2: 190 to 200; 3: 250 to 300; 4: 310 to 400,
    # where the fifth, from 370 on, joins.
    assert list(even.intervals(up_to=1000)) == [(190, 200), (250, 300), (310, 1000)]
    assert (even.first, even.always_from) == (190, 310)


def test_work_on_the_service_is_never_won_back_by_full_replicas_that_just_pay():
    assert not BreakEven(capacity=100, replica_cost=100, saving=1, fixed=1).ever


def test_hardware_that_costs_nothing_pays_once_the_work_on_it_does():
    even = BreakEven(capacity=100, replica_cost=0, saving=2, fixed=300)
    assert list(even.intervals()) == [(150, inf)]


def test_it_is_never_cheaper_where_nothing_is_saved_and_nothing_paid():
    assert not BreakEven(capacity=100, replica_cost=0, saving=-1).ever


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


@pytest.mark.parametrize(
    ("capacity", "cost", "fixed"), [(0, 1, 0), (10, -1, 0), (10, 1, -1)]
)
def test_it_refuses_impossible_replicas(capacity, cost, fixed):
    told = f"got {capacity} requests, {cost} a replica and {fixed}"
    with pytest.raises(SizingError, match=told):
        BreakEven(capacity, cost, 1, fixed)


def test_its_band_comes_from_the_ends_of_what_was_measured():
    band = break_even_band(
        api_cost=Figure(0.002, 0.0018, 0.0022),
        quality_ratio=Figure(1.0, 0.9, 1.1),
        capacity=Figure(1_000_000.0),
        replica_cost=Figure(600.0, 500.0, 700.0),
        own_variable=0.0002,
    )
    assert band.estimate.first == pytest.approx(600 / 0.0018)
    assert band.optimistic.first == pytest.approx(500 / (0.0022 * 1.1 - 0.0002))
    assert band.pessimistic.first == pytest.approx(700 / (0.0018 * 0.9 - 0.0002))


def test_there_is_no_break_even_against_an_unknown_price():
    known = Figure(1.0)
    assert (
        break_even_band(
            api_cost=Figure(None),
            quality_ratio=known,
            capacity=known,
            replica_cost=known,
        )
        is None
    )
