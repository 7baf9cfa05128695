import numpy as np
import pytest
from scipy.stats import bootstrap

from advisor.sizing.bootstrap import bca_interval
from advisor.sizing.errors import InvalidMeasurement


@pytest.mark.parametrize("seed", [1, 7])
def test_it_equals_scipy_for_the_same_draws(seed):
    losses = np.random.default_rng(3).choice([-1.0, 0.0, 1.0], 60, p=[0.1, 0.7, 0.2])
    outside = bootstrap(
        (losses,),
        np.mean,
        method="BCa",
        n_resamples=500,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    found = bca_interval(losses.tolist(), seed=seed, resamples=500)
    assert found is not None
    assert found.value == pytest.approx(losses.mean())
    assert (found.low, found.high) == pytest.approx(tuple(outside), abs=1e-6)


def test_the_same_seed_gives_the_same_interval():
    losses = [0.0, 1.0, -1.0, 0.5, 0.0] * 8
    assert bca_interval(losses, seed=1) == bca_interval(losses, seed=1)
    assert bca_interval(losses, seed=1) != bca_interval(losses, seed=2)


def test_groups_widen_the_interval():
    losses = [value for value in (1.0, 0.0, 0.0, -1.0, 0.0, 0.0) for _ in range(10)]
    groups = [index // 10 for index in range(60)]
    alone, grouped = (bca_interval(losses, seed=1, groups=g) for g in (None, groups))
    assert alone is not None
    assert grouped is not None
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_it_has_no_opinion_where_resampling_says_nothing():
    assert bca_interval([], seed=1) is None
    assert bca_interval([0.5, 0.5], seed=1) is None
    assert bca_interval([0.0, 1.0], seed=1, groups=["a", "a"]) is None


def test_it_refuses_groups_that_do_not_match():
    with pytest.raises(InvalidMeasurement, match="2 differences and 1 groups"):
        bca_interval([0.0, 1.0], seed=1, groups=["a"])
