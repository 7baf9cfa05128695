from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure
from advisor.sizing.planner import (
    Work,
    more_samples,
    plan,
    run_cost,
    run_time,
    samples_needed,
    smallest_margin,
    ties_needed,
    variance_of_pairs,
)
from advisor.sizing.sequential import Certifier

losses = st.floats(-0.1, 0.04)
variances = st.floats(0.05, 0.5)


def test_it_takes_the_known_number_of_samples():
    # Two-sample tables of non-inferiority at alpha 0.05 and power 0.8 use
    # (1.644854 + 0.841621)^2 = 6.18256; x 1.15 x 0.17 / 0.05^2 = 483.5
    assert samples_needed(0.05, 0.0, 0.17) == 484


def test_it_takes_more_samples_for_more_candidates():
    # z of 1 - 0.05/6 is 2.393980: (2.393980 + 0.841621)^2 = 10.46911; x 78.2 = 818.7
    assert samples_needed(0.05, 0.0, 0.17, candidates=6) == 819


@pytest.mark.parametrize(("candidates", "ties"), [(1, 62), (6, 99)])
def test_nothing_but_ties_certifies_after_a_known_number(candidates, ties):
    assert ties_needed(0.05, 0.05, candidates) == ties
    assert ties == np.ceil(log(candidates / 0.05) / log(1.05))


def test_ties_certify_the_certifier_no_sooner():
    certifier = Certifier(
        margin=0.05, alpha=0.05, beta=0.1, horizon=1000, promise="traffic"
    )
    while certifier.update(0.0) is None:
        pass
    assert certifier.n >= ties_needed(0.05)


def test_it_never_needs_fewer_samples_than_ties_do():
    assert samples_needed(0.05, 0.0, 0.0) == 62


def test_no_number_certifies_a_loss_at_the_margin():
    assert samples_needed(0.05, 0.05, 0.17) is None


@settings(max_examples=40, deadline=None)
@given(losses, variances, st.integers(1, 8))
def test_the_smallest_margin_is_the_one_that_needs_these_samples(loss, spread, count):
    margin = smallest_margin(800, loss, spread, candidates=count)
    if 0 < margin < 0.9:
        needed = samples_needed(margin, loss, spread, candidates=count)
        assert needed == pytest.approx(800, abs=1)


def test_hardly_any_samples_can_only_certify_a_huge_margin():
    assert smallest_margin(1, 0.0, 0.17) == 1.0
    # ln 20 over 10 ties: a gain of 0.3493 a tie, reached at a margin of 0.2688
    assert smallest_margin(10, -0.9, 0.17) == pytest.approx(0.2688, abs=1e-4)


def test_the_certifier_has_about_the_power_that_is_planned():
    # 150 runs each at margins of 0.05 and 0.1 and four losses gave 0.74 to 0.83.
    rng = np.random.default_rng(21)
    needed, certified = samples_needed(0.1, 0.0, 0.17), 0
    for _ in range(40):
        certifier = Certifier(
            margin=0.1, alpha=0.05, beta=0.1, horizon=needed, promise="traffic"
        )
        for loss in rng.choice([-1, 0, 1], needed, p=[0.085, 0.83, 0.085]):
            certifier.update(float(loss))
        certified += certifier.verdict == "non_inferior"
    assert certified / 40 >= 0.75 - 3 * sqrt(0.75 * 0.25 / 40)


def test_it_plans_with_what_is_at_hand():
    result = plan(samples=300, margin=0.05)
    assert result.needed == 484
    assert result.smallest_margin == pytest.approx(0.05 * sqrt(483.5 / 300), rel=1e-3)
    assert (result.power, result.variance) == (0.8, 0.17)


def test_it_says_how_many_more_would_decide():
    wanted = {"margin": 0.05, "variance": 0.17}
    assert more_samples(loss=0.0, samples=300, **wanted) == 184
    # The other side decides as well: a loss of 0.1 lies as far beyond the margin.
    assert more_samples(loss=0.1, samples=300, **wanted) == 184
    assert more_samples(loss=0.0, samples=600, **wanted) == 1


@pytest.mark.parametrize("loss", [0.04, 0.05, 0.06])
def test_it_cannot_tell_within_a_standard_error_of_the_margin(loss):
    assert more_samples(margin=0.05, loss=loss, variance=0.17, samples=300) is None


def test_it_cannot_tell_exactly_at_the_margin():
    assert more_samples(margin=0.05, loss=0.05, variance=0.17, samples=300) is None


@pytest.mark.parametrize("loss", [0.0, 0.05, 1.0])
@pytest.mark.parametrize("samples", [1, 3, 300])
def test_it_cannot_tell_from_answers_that_all_lost_the_same(loss, samples):
    assert more_samples(margin=0.05, loss=loss, variance=0, samples=samples) is None


def test_the_variance_of_pairs_is_that_of_the_difference():
    pairs = np.array([1] * 12 + [-1] * 5 + [0] * 83)
    assert variance_of_pairs(0.05, 0.12) == pytest.approx(pairs.var())


def test_it_adds_up_time_and_money_with_their_ends():
    work = (
        Work(
            requests=300,
            concurrency=4,
            seconds_per_request=Figure(2.0, 1.0, 4.0),
            cost_per_request=Figure(0.001),
            load_seconds=10,
        ),
        Work(requests=100, seconds_per_request=Figure(0.5), cost_per_request=Figure(0)),
    )
    time, cost = run_time(work), run_cost(work)
    assert (time.low, time.value, time.high) == (135, 210, 360)
    assert (cost.low, cost.value, cost.high) == pytest.approx((0.3, 0.3, 0.3))
    assert time.origin == "estimated"


def test_a_part_is_not_the_whole():
    known = Work(requests=1, seconds_per_request=Figure(1.0), cost_per_request=None)
    unknown = Work(requests=1, seconds_per_request=Figure(None))
    assert run_time((known, unknown)) is None
    assert run_cost((known,)) is None


@pytest.mark.parametrize(("better", "worse"), [(-0.1, 0.1), (0.6, 0.6)])
def test_it_refuses_shares_that_cannot_be(better, worse):
    with pytest.raises(SizingError, match=f"got {better} and {worse}"):
        variance_of_pairs(better, worse)


@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_it_refuses_ties_at_a_margin_they_cannot_certify(margin):
    with pytest.raises(SizingError, match=f"got {margin}"):
        ties_needed(margin)


@pytest.mark.parametrize(
    ("alpha", "candidates", "power"), [(0, 1, 0.8), (0.05, 0, 0.8), (0.05, 1, 1)]
)
def test_it_refuses_a_plan_without_levels(alpha, candidates, power):
    with pytest.raises(SizingError, match=f"got {alpha}, {power} and {candidates}"):
        samples_needed(0.05, 0.0, 0.17, alpha, candidates, power)


def test_it_refuses_a_plan_without_samples():
    with pytest.raises(SizingError, match="got 0"):
        smallest_margin(0, 0.0, 0.17)
    with pytest.raises(SizingError, match="got 0"):
        more_samples(margin=0.05, loss=0.0, variance=0.1, samples=0)
