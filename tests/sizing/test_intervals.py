import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.intervals import (
    Interval,
    betting_interval,
    clopper_pearson,
    clustered_standard_error,
    wilson,
)

# statsmodels 0.15: proportion_confint(s, n, 0.05, method) for "wilson" and "beta"
COUNTS = [
    (0, 20, (0.0, 0.1611251580528194), (0.0, 0.16843347098308534)),
    (18, 20, (0.6989663547715127, 0.9721335187), (0.6830172859809, 0.9876514728)),
    (20, 20, (0.8388748419471804, 1.0), (0.8315665290169146, 1.0)),
    (1, 1, (0.2065493143772374, 1.0), (0.025, 1.0)),
    (458, 1319, (0.3220168538269, 0.3733359057098), (0.3215251043677, 0.3736231121947)),
    (5, 1000, (0.0021375355273, 0.0116509553733), (0.0016254195176, 0.0116294705598)),
]


@pytest.mark.parametrize(("successes", "n", "expected", "_"), COUNTS)
def test_wilson_equals_statsmodels_and_scipy(successes, n, expected, _):
    found = wilson(successes, n)
    outside = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(outside), abs=1e-9)


@pytest.mark.parametrize(("successes", "n", "_", "expected"), COUNTS)
def test_clopper_pearson_equals_statsmodels_and_scipy(successes, n, _, expected):
    found = clopper_pearson(successes, n, confidence=0.95)
    outside = binomtest(successes, n).proportion_ci(0.95, method="exact")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(outside), abs=1e-9)


def test_less_confidence_is_a_narrower_interval():
    outside = binomtest(18, 20).proportion_ci(0.9, method="wilson")
    found = wilson(18, 20, confidence=0.9)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(outside), abs=1e-9)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_it_has_no_opinion_on_an_empty_sample(interval):
    assert interval(0, 0) is None


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_it_refuses_more_successes_than_trials(interval):
    with pytest.raises(InvalidMeasurement, match="got 21 of 20"):
        interval(21, 20)


def test_the_betting_interval_of_perfect_scores_is_that_of_the_largest_stakes():
    # 200 perfect scores: the exact one-sided bound is 0.025 ** (1 / 200) = 0.98172
    found = betting_interval([1.0] * 200)
    assert found is not None
    assert found == Interval(1.0, pytest.approx(0.9805, abs=1e-3), 1.0, 200)


def test_the_betting_interval_is_close_to_the_exact_one_for_yes_or_no_scores():
    scores = np.random.default_rng(1).random(1000) < 0.8
    found = betting_interval(scores.astype(float))
    exact = clopper_pearson(int(scores.sum()), 1000)
    assert found is not None
    assert exact is not None
    assert found.low < exact.low + 0.01
    assert found.high > exact.high - 0.01
    assert found.high - found.low < 1.3 * (exact.high - exact.low)


@settings(max_examples=40, deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    weight=st.floats(0.05, 1),
)
def test_the_betting_interval_holds_its_mean_and_mirrors(scores, weight):
    weights = [weight if index % 2 else 1.0 for index in range(len(scores))]
    found = betting_interval(scores, weights)
    mirrored = betting_interval([1 - score for score in scores], weights)
    assert found is not None
    assert mirrored is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high, abs=2e-5)


def test_the_betting_interval_covers_graded_scores():
    rng = np.random.default_rng(2)
    missed = 0
    for _ in range(100):
        found = betting_interval(rng.beta(0.6, 0.2, 60))
        missed += found is None or not found.low <= 0.75 <= found.high
    assert missed <= 100 * 0.05 + 4 * (100 * 0.05 * 0.95) ** 0.5


def test_the_betting_interval_has_no_opinion_without_weight():
    assert betting_interval([]) is None
    assert betting_interval([0.5], [0.0]) is None


def test_the_betting_interval_refuses_what_is_no_score():
    with pytest.raises(InvalidMeasurement, match=r"values from 0.0 to 1.5"):
        betting_interval([0.0, 1.5])


def test_the_clustered_standard_error_equals_statsmodels():
    # statsmodels 0.15: OLS(values, 1).fit(cov_type="cluster", without correction).bse
    values = [0.9, 0.8, 1.0, 0.2, 0.3, 0.1, 0.5, 0.5, 0.6, 1.0, 0.7, 0.9]
    clusters = ["a"] * 3 + ["b"] * 3 + ["c"] * 3 + ["d"] * 3
    found = clustered_standard_error(values, clusters)
    assert found == pytest.approx(0.14209494, abs=1e-8)


def test_the_clustered_standard_error_needs_two_clusters_and_one_name_a_value():
    assert clustered_standard_error([1.0, 0.0], ["a", "a"]) is None
    with pytest.raises(InvalidMeasurement, match="2 values and 1 clusters"):
        clustered_standard_error([1.0, 0.0], ["a"])
