from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.measurement import Figure
from advisor.sizing.percentiles import bounds, percentile, point, smallest_n


@pytest.mark.parametrize(
    ("q", "sides", "expected"),
    [(0.95, 1, 59), (0.95, 2, 72), (0.99, 1, 299), (0.99, 2, 368), (0.5, 2, 6)],
)
def test_the_smallest_number_of_requests_is_the_published_one(q, sides, expected):
    assert smallest_n(q, sides=sides) == expected
    times = [float(time) for time in range(expected)]
    level = 1 - 0.05 / sides
    assert bounds(times, q, confidence=level)[1] == expected - 1
    assert bounds(times[1:], q, confidence=level)[1] == inf


@pytest.mark.parametrize("n", [1, 20, 60, 200])
@pytest.mark.parametrize("q", [0.5, 0.95, 0.99])
def test_the_ranks_equal_those_searched_one_by_one(n, q):
    low, high = bounds([float(rank) for rank in range(1, n + 1)], q)
    upper = [k for k in range(1, n + 1) if binom.cdf(k - 1, n, q) >= 0.95]
    lower = [k for k in range(1, n + 1) if binom.sf(k - 1, n, q) >= 0.95]
    assert (low, high) == (max(lower, default=0), min(upper, default=inf))


def test_a_percentile_has_its_interval_and_n():
    times = [float(time) for time in range(1, 201)]
    # from 200 requests p95 lies between the 184th and the 197th
    assert percentile(times, 0.95) == Figure(190.0, 184.0, 197.0, 200, "measured")


def test_a_percentile_of_too_few_requests_is_not_shown():
    assert percentile([1.0] * 58, 0.95) is None
    assert percentile([1.0] * 59, 0.95) == Figure(1.0, 1.0, inf, 59, "measured")


def test_failures_count_as_infinite_times():
    times = [1.0] * 90 + [inf] * 10
    assert point(times, 0.90) == 1.0
    assert point(times, 0.95) == inf
    assert bounds(times, 0.95) == (inf, inf)


def test_no_request_bounds_nothing():
    assert bounds([], 0.95) == (0.0, inf)


@settings(max_examples=40, deadline=None)
@given(times=st.lists(st.floats(0, 1e6), min_size=1, max_size=120))
def test_bounds_hold_the_point_between_them(times):
    low, high = bounds(times, 0.9)
    assert low <= point(times, 0.9) <= high
    assert high in (*times, inf)


def test_under_load_the_burst_is_the_unit():
    # 80 bursts of ten: even with no slow burst, a bound takes some sixty of them
    times = [float(1 + index % 10) for index in range(800)]
    bursts = [index // 10 for index in range(800)]
    assert bounds(times, 0.95, bursts=bursts)[1] == 10.0
    assert bounds(times[:590], 0.95, bursts=bursts[:590])[1] == inf
    assert bounds(times[:590], 0.95)[1] == 10.0


def test_a_few_slow_bursts_are_no_proof_of_slowness():
    times = [1.0] * 90 + [9.0] * 10
    bursts = [index // 10 for index in range(100)]
    assert bounds(times, 0.95, bursts=bursts)[0] < 9.0 <= bounds(times, 0.95)[0]


def test_many_slow_bursts_are():
    times = [1.0] * 300 + [9.0] * 300
    bursts = [index // 10 for index in range(600)]
    order = np.random.default_rng(1).permutation(60).repeat(10)
    assert bounds(times, 0.95, bursts=order.tolist()) == (9.0, inf)
    assert bounds(times, 0.95, bursts=bursts)[0] == 9.0


def test_a_certainty_beyond_all_numbers_is_still_a_bound():
    bursts = list(range(4000))
    assert bounds([5.0] * 4000, 0.5, bursts=bursts) == (5.0, 5.0)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_bounds_under_load_never_cross(data):
    sizes = data.draw(st.lists(st.integers(1, 8), min_size=5, max_size=40))
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    bursts = np.repeat(np.arange(len(sizes)), sizes)
    times = rng.lognormal(0, 0.01, len(bursts)).round(2)
    low, high = bounds(tuple(times.tolist()), 0.95, bursts=tuple(bursts.tolist()))
    assert low <= high


def test_bursts_must_match_the_requests():
    with pytest.raises(InvalidMeasurement, match="2 times and 1 bursts"):
        bounds([1.0, 2.0], 0.95, bursts=[0])


def test_bounds_under_load_cover_bursts_that_are_all_alike():
    rng = np.random.default_rng(6)
    missed = 0
    for _ in range(60):
        slow = np.repeat(rng.random(100) < 0.08, 5)  # true p95 is 9
        _, high = bounds(
            np.where(slow, 9.0, 1.0).tolist(),
            0.95,
            bursts=np.arange(100).repeat(5).tolist(),
        )
        missed += high < 9.0
    assert missed <= 60 * 0.05 + 4 * (60 * 0.05 * 0.95) ** 0.5
