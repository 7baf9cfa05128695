from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from advisor.sizing.comparison import (
    Pairs,
    holm,
    mcnemar,
    tango_certifies,
    tango_interval,
    tango_rejects,
    tango_score,
)
from advisor.sizing.errors import InvalidMeasurement

# statsmodels 0.15: contingency_tables.mcnemar(table, exact=True).pvalue
MCNEMAR = [
    (7, 1, 0.0703125),
    (0, 0, 1.0),
    (12, 30, 0.007915897334896727),
    (5, 5, 1.0),
    (0, 9, 0.00390625),
]


@pytest.mark.parametrize(("right", "left", "expected"), MCNEMAR)
def test_mcnemar_equals_statsmodels(right, left, expected):
    found = mcnemar(Pairs(right, left, 20 + right + left))
    assert found == pytest.approx(expected, abs=1e-9)


def test_tango_gives_the_published_interval():
    # Bentur et al. 2009, airway hyper-responsiveness before and after transplantation
    # (1, 1; 7, 12); Fagerland, Lydersen and Laake, Stat. Med. 33 (2014): -0.517, -0.026
    low, high = tango_interval(Pairs(1, 7, 21), 0.025, 0.025)
    assert (low, high) == pytest.approx((-0.517, -0.026), abs=5e-4)


def numerical_score(pairs: Pairs, margin: float) -> float:
    """The score with the restricted estimate found by maximising the likelihood."""

    def unlikely(left: float) -> float:
        shares = (left + margin, left, 1 - 2 * left - margin)
        counts = (pairs.reference, pairs.candidate)
        counts = (*counts, pairs.n - sum(counts))
        return -sum(
            count * np.log(max(share, 1e-300))
            for count, share in zip(counts, shares, strict=True)
            if count
        )

    ends = (max(0.0, -margin), (1 - margin) / 2)
    left = minimize_scalar(
        unlikely, bounds=ends, method="bounded", options={"xatol": 1e-11}
    ).x
    gap = pairs.reference - pairs.candidate - pairs.n * margin
    return gap / np.sqrt(pairs.n * (2 * left + margin * (1 - margin)))


@pytest.mark.parametrize(
    ("right", "left", "n", "margin"),
    [(1, 7, 21, 0.1), (12, 9, 200, 0.05), (3, 0, 30, 0.05), (30, 44, 500, -0.02)],
)
def test_tango_is_the_score_at_the_restricted_maximum_of_the_likelihood(
    right, left, n, margin
):
    pairs = Pairs(right, left, n)
    found = tango_score(pairs, margin)
    assert found == pytest.approx(numerical_score(pairs, margin), abs=1e-4)


def test_at_a_margin_of_zero_tango_is_mcnemars_score():
    # (b - c) / sqrt(b + c), Q. McNemar 1947
    assert tango_score(Pairs(30, 18, 100), 0.0) == pytest.approx(12 / 48**0.5)


@settings(max_examples=30, deadline=None)
@given(
    right=st.integers(0, 40),
    left=st.integers(0, 40),
    ties=st.integers(1, 60),
    margin=st.floats(-0.9, 0.9),
)
def test_the_score_falls_as_the_margin_grows_and_sides_mirror(
    right, left, ties, margin
):
    pairs, mirrored = (
        Pairs(right, left, right + left + ties),
        Pairs(left, right, right + left + ties),
    )
    assert tango_score(pairs, margin) >= tango_score(pairs, margin + 0.05) - 1e-6
    assert tango_certifies(pairs, margin) == pytest.approx(
        1 - tango_rejects(pairs, margin), abs=1e-12
    )
    assert tango_score(mirrored, -margin) == pytest.approx(
        -tango_score(pairs, margin), abs=1e-6
    )


@settings(max_examples=30, deadline=None)
@given(
    right=st.integers(0, 30),
    left=st.integers(0, 30),
    ties=st.integers(0, 60),
    margin=st.sampled_from([0.0, 0.05, 0.2]),
)
def test_the_interval_agrees_with_the_tests(right, left, ties, margin):
    pairs = Pairs(right, left, right + left + ties + 1)
    low, high = tango_interval(pairs, 0.05, 0.1)
    assert -1 <= low <= pairs.loss <= high <= 1
    if abs(high - margin) > 1e-6:
        assert (tango_certifies(pairs, margin) <= 0.05) == (high <= margin)
    if abs(low - margin) > 1e-6:
        assert (tango_rejects(pairs, margin) <= 0.1) == (low >= margin)


def test_ties_alone_are_evidence_through_the_margin():
    # (0 - n margin) / sqrt(n margin (1 - margin)) with n = 300
    assert tango_score(Pairs(0, 0, 300), 0.05) == pytest.approx(-3.9735971, abs=1e-6)
    assert tango_certifies(Pairs(0, 0, 300), 0.05) == pytest.approx(
        norm.cdf(-3.9735971), abs=1e-9
    )


def test_where_there_is_no_spread_only_the_sign_speaks():
    assert tango_score(Pairs(0, 0, 30), 0.0) == 0.0
    assert tango_score(Pairs(30, 0, 30), 1 - 1e-14) == pytest.approx(0.0, abs=1e-3)
    assert tango_score(Pairs(0, 0, 30), 1e-14) in (0.0, -inf)


def test_certain_margins_need_no_test():
    pairs = Pairs(5, 1, 20)
    assert (tango_certifies(pairs, 1.0), tango_rejects(pairs, 1.0)) == (0.0, 1.0)
    assert (tango_certifies(pairs, -1.0), tango_rejects(pairs, -1.0)) == (1.0, 0.0)


def test_it_refuses_counts_and_margins_that_cannot_be():
    with pytest.raises(InvalidMeasurement, match="got 4, 4 of 7"):
        Pairs(4, 4, 7)
    with pytest.raises(InvalidMeasurement, match=r"margin must be in \(-1, 1\), got 1"):
        tango_score(Pairs(1, 1, 7), 1.0)


# statsmodels 0.15: multitest.multipletests(p_values, 0.05, method="holm")[0]
HOLM = [
    ([0.001, 0.04, 0.03], [True, False, False]),
    ([0.01, 0.04, 0.02], [True, True, True]),
    ([0.2, 0.001, 0.012, 0.04, 0.0101], [False, True, True, False, True]),
    ([0.5], [False]),
    ([0.0125, 0.0125, 0.02, 0.03], [True, True, True, True]),
]


@pytest.mark.parametrize(("p_values", "expected"), HOLM)
def test_holm_refutes_what_statsmodels_refutes(p_values, expected):
    levels = holm(p_values, 0.05)
    assert [p <= one for p, one in zip(p_values, levels, strict=True)] == expected


@settings(max_examples=30, deadline=None)
@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_never_stricter_than_bonferroni_nor_laxer_than_one_test(p_values):
    for level in holm(p_values, 0.05):
        assert 0.05 / len(p_values) <= level <= 0.05


def test_holm_names_the_level_each_is_held_against():
    assert holm([0.001, 0.04, 0.03], 0.05) == pytest.approx((0.05 / 3, 0.025, 0.025))
    assert holm([0.01, 0.04, 0.02], 0.05) == pytest.approx((0.05 / 3, 0.05, 0.025))
