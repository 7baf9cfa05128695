from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.stakes import stake, stakes
from advisor.sizing.wagers import CAP, Side


@settings(max_examples=30, deadline=None)
@given(
    need=st.floats(0, 10),
    left=st.integers(1, 3000),
    variance=st.floats(1e-3, 1.0),
    drift=st.floats(-1, 1),
    stretch=st.sampled_from([0.0, 1.0, 3.0]),
)
def test_one_stake_and_a_grid_of_them_are_the_same(
    need, left, variance, drift, stretch
):
    one = stake(need, 3.0, left, variance, drift, stretch)
    many = stakes(
        np.array([need]),
        3.0,
        float(left),
        np.array([variance]),
        np.array([drift]),
        stretch,
    )
    assert one >= 0
    assert many[0] == pytest.approx(one, rel=1e-12)


def test_the_star_stake_reaches_the_need_in_what_is_left():
    # a drift of stake x variance for n units gains n (stake^2 variance) / 2 = need
    bet = stake(3.0, 3.0, 400, 0.2, 0.0, 0.0) / 0.95
    assert 400 * bet**2 * 0.2 / 2 == pytest.approx(3.0)


def test_the_kelly_stake_is_halved_where_time_is_scarce():
    # drift 0.05 and variance 0.2: a whole Kelly stake is 0.25
    assert stake(0.0, 3.0, 100, 0.2, 0.05, 0.0) == pytest.approx(0.125)
    assert stake(0.0, 3.0, 5000, 0.2, 0.05, 0.0) == pytest.approx(0.25)


@settings(max_examples=30, deadline=None)
@given(
    units=st.lists(
        st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=40
    ),
    margin=st.sampled_from([-0.2, 0.0, 0.05, 0.5]),
    finite=st.booleans(),
)
def test_no_unit_takes_more_than_the_cap_of_the_wealth(units, margin, finite):
    side = Side(margin, log(20), 40, finite, strict=False)
    before = 0.0
    for x, w in units:
        side.take(x, w)
        assert side.log_wealth >= before + log(1 - CAP) - 1e-9
        before = side.log_wealth


@settings(max_examples=30, deadline=None)
@given(losses=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=33, max_size=60))
def test_refuting_the_margin_refutes_every_larger_one(losses):
    side = Side(0.05, log(20), 60, False, strict=False)
    for loss in losses:
        side.take(loss, 1.0)
    wealth, _ = side._grid()
    above = wealth[105:200]  # a margin of 1 is certain and needs no wealth
    assert (above >= side.log_wealth - 1e-9).all()
