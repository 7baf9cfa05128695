import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.ratios import mean, ratio_of_means


def fieller_by_definition(over, under, ratio, confidence=0.95):
    """The set of Fieller's theorem, asked point by point."""
    over, under = np.asarray(over, float), np.asarray(under, float)
    units = len(over)
    rest = over - ratio * under
    quantile = student.ppf((1 + confidence) / 2, units - 1)
    return abs(rest.mean()) <= quantile * rest.std(ddof=1) / np.sqrt(units)


def test_it_gives_the_known_student_interval_of_a_mean():
    # scipy.stats.t.interval(0.95, 4, loc=3, scale=scipy.stats.sem([1, 2, 3, 4, 5]))
    result = mean([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (result.value, result.low, result.high) == pytest.approx(
        (3.0, 1.0367568385, 4.9632431615), abs=1e-9
    )
    assert result.n == 5


def test_it_gives_the_known_fieller_interval():
    # Independent normal means 2 (se 0.2) and 4 (se 0.4), no covariance: the ends are
    # (ab +- sqrt((ab)^2 - (a^2 - z^2 sa^2)(b^2 - z^2 sb^2))) / (b^2 - z^2 sb^2).
    rng = np.random.default_rng(1)
    noise = np.linalg.qr(np.column_stack([np.ones(400), rng.normal(size=(400, 2))]))[0][
        :, 1:
    ]
    scale = np.sqrt(399 * 400)
    over, under = 2 + noise[:, 0] * 0.2 * scale, 4 + noise[:, 1] * 0.4 * scale
    z2 = student.ppf(0.975, 399) ** 2
    top, root = 8.0, np.sqrt(64 - (4 - z2 * 0.04) * (16 - z2 * 0.16))
    bottom = 16 - z2 * 0.16
    result = ratio_of_means(list(over), list(under))
    assert (result.low, result.high) == pytest.approx(
        ((top - root) / bottom, (top + root) / bottom), rel=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.integers(0, 10_000))
def test_its_ends_are_where_the_definition_turns(units, seed):
    rng = np.random.default_rng(seed)
    over = list(rng.gamma(2.0, size=units))
    under = list((rng.random(units) < rng.uniform(0.05, 1)).astype(float))
    result = ratio_of_means(over, under)
    if result is None:
        assert sum(under) == 0
        return
    step = 1e-6 * result.value
    for end, inward in ((result.low, step), (result.high, -step)):
        if end:
            assert fieller_by_definition(over, under, end + inward)
            assert not fieller_by_definition(over, under, end - inward)
    if result.high is None:
        assert fieller_by_definition(over, under, result.value * 1e6)


def test_it_counts_group_totals_as_units():
    over, under = [1.0, 3.0, 2.0, 2.0, 5.0], [1.0, 0.0, 1.0, 1.0, 1.0]
    grouped = ratio_of_means(over, under, groups=["a", "a", "b", "b", "c"])
    totals = ratio_of_means([4.0, 4.0, 5.0], [1.0, 2.0, 1.0])
    assert (grouped.value, grouped.low, grouped.high) == (
        totals.value,
        totals.low,
        totals.high,
    )
    assert grouped.n == 5


def test_it_has_no_upper_end_when_hardly_anything_is_accepted():
    result = ratio_of_means([1.0] * 10, [1.0] + [0.0] * 9)
    assert result.value == pytest.approx(10)
    assert result.high is None
    assert 0 < result.low < 10


def test_it_has_no_end_at_all_when_nothing_can_be_told():
    result = ratio_of_means([5.0, 0.0, 0.1], [0.0, 1.0, 0.0])
    assert (result.low, result.high) == (None, None)


def test_it_covers_a_known_ratio_as_often_as_it_promises():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        under = (rng.random(80) < 0.6).astype(float)
        over = rng.gamma(4.0, 0.25, 80) + 0.5 * under
        result = ratio_of_means(list(over), list(under))
        hits += result.low <= 1.3 / 0.6 <= result.high
    assert hits / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.parametrize(("over", "under"), [([], []), ([1.0, 2.0], [0.0, 0.0])])
def test_it_has_no_opinion_where_nothing_was_accepted(over, under):
    assert ratio_of_means(over, under) is None


def test_it_has_no_interval_for_one_unit():
    result = mean([0.4])
    assert (result.value, result.low, result.high, result.n) == (0.4, None, None, 1)


def test_it_is_certain_of_equal_values():
    result = mean([0.5, 0.5, 0.5])
    assert (result.low, result.value, result.high) == (0.5, 0.5, 0.5)


def test_it_knows_that_nothing_costs_nothing():
    result = ratio_of_means([0.0, 0.0], [1.0, 0.0])
    assert (result.low, result.value, result.high) == (0.0, 0.0, 0.0)


def test_it_refuses_unpaired_values():
    with pytest.raises(InvalidMeasurement, match="got 2 and 1"):
        ratio_of_means([1.0, 2.0], [1.0])


def test_it_refuses_a_group_list_of_another_length():
    with pytest.raises(InvalidMeasurement, match="got 1 groups for 2 samples"):
        mean([1.0, 2.0], groups=["a"])


def test_it_refuses_a_confidence_of_one():
    with pytest.raises(InvalidMeasurement, match=r"got 1\.0"):
        mean([1.0, 2.0], confidence=1.0)
