import json
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.sequential import Certifier

LOSSES = st.lists(
    st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=1, max_size=60
)
PROMISES = st.sampled_from(["traffic", "samples"])


def a_certifier(**given: object) -> Certifier:
    return Certifier(
        **{  # type: ignore[arg-type]
            "margin": 0.05,
            "alpha": 0.05,
            "beta": 0.10,
            "horizon": 1000,
            "promise": "traffic",
            **given,
        }
    )


def run(certifier: Certifier, losses: object) -> Certifier:
    for loss in losses:  # type: ignore[attr-defined]
        certifier.update(float(loss))
    return certifier


@pytest.mark.parametrize(("candidates", "expected"), [(1, 62), (6, 99)])
def test_nothing_but_ties_certifies_after_the_published_number(candidates, expected):
    # ln(K / alpha) / ln(1 + 0.05 x 0.95 / 0.95), and a few for the first small stakes
    certifier = a_certifier(alpha=0.05 / candidates, horizon=300)
    while certifier.verdict is None:
        certifier.update(0.0)
    assert certifier.verdict == "non_inferior"
    assert expected <= certifier.n <= expected * 1.1


def test_the_smallest_number_of_ties_is_that_of_the_largest_stake():
    # with the margin at 0.5 the cap is 1.9, the gain ln(1.95) a tie
    certifier = a_certifier(margin=0.5)
    while certifier.verdict is None:
        certifier.update(0.0)
    assert certifier.n >= log(20) / log(1.95)


def test_it_discards_what_always_loses_and_keeps_what_it_said():
    certifier = run(a_certifier(), [1.0] * 20)
    assert certifier.verdict == "inferior"
    assert run(certifier, [-1.0] * 300).verdict == "inferior"
    assert certifier.n == 320


def test_it_certifies_the_moment_the_rest_can_no_longer_spoil_it():
    certifier = a_certifier(horizon=10, promise="samples", alpha=1e-9, beta=1e-9)
    run(certifier, [0.0] * 9)
    assert certifier.verdict is None  # a loss of 1 would make 0.1 > 0.05
    assert certifier.update(0.0) == "non_inferior"


def test_a_loss_of_exactly_the_margin_is_within_it():
    certifier = a_certifier(horizon=20, promise="samples", alpha=1e-9, beta=1e-9)
    assert run(certifier, [1.0] + [0.0] * 19).verdict == "non_inferior"


def test_it_discards_the_moment_nothing_can_make_up():
    certifier = a_certifier(
        margin=0.0, horizon=10, promise="samples", alpha=1e-9, beta=1e-9
    )
    run(certifier, [1.0] * 5)
    assert certifier.verdict is None  # five gains would make it even
    assert certifier.update(1.0) == "inferior"


def test_at_the_edge_of_what_can_be_made_up_it_bets_nothing():
    certifier = a_certifier(margin=0.0, horizon=10, promise="samples")
    run(certifier, [1.0] * 5)
    before = certifier._discard.log_wealth
    certifier.update(-1.0)
    assert certifier._discard.log_wealth == before


@pytest.mark.parametrize("promise", ["traffic", "samples"])
def test_a_margin_of_one_is_met_by_anything(promise):
    assert a_certifier(margin=1.0, promise=promise).update(1.0) == "non_inferior"


def test_a_margin_of_minus_one_is_missed_by_anything_but_a_perfect_gain():
    certifier = a_certifier(margin=-1.0, horizon=50, beta=0.5)
    assert run(certifier, [-1.0] * 20).verdict is None
    assert certifier.update(0.0) == "inferior"


def test_a_gap_counts_at_its_worst_for_one_side_and_at_its_best_for_the_other():
    certifier = a_certifier(horizon=4, promise="samples", alpha=1e-9, beta=1e-9)
    for _ in range(4):
        certifier.update_gap(1.0, -1.0)
    assert certifier.verdict is None
    assert (certifier.lower_bound(), certifier.upper_bound()) == (-1.0, 1.0)


def test_a_unit_of_no_weight_says_nothing():
    certifier = a_certifier()
    certifier.update(1.0, weight=0.0)
    assert certifier.p_values() == (1.0, 1.0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"margin": 1.5}, r"margin must be in \[-1, 1\], got 1.5"),
        ({"alpha": 0.0}, "alpha and beta must be between 0 and 1"),
        ({"horizon": 0}, "horizon must be at least 1, got 0"),
        ({"promise": "all"}, "promise must be traffic or samples, got 'all'"),
    ],
)
def test_it_refuses_settings_it_could_not_keep(given, message):
    with pytest.raises(InvalidMeasurement, match=message):
        a_certifier(**given)


def test_it_refuses_what_is_no_loss():
    with pytest.raises(InvalidMeasurement, match="best=1.5, worst=1.5"):
        a_certifier().update(1.5)
    with pytest.raises(InvalidMeasurement, match="weight=2"):
        a_certifier().update(0.0, weight=2)


def test_it_closes_after_its_horizon():
    certifier = run(a_certifier(horizon=3), [0.0] * 3)
    with pytest.raises(InvalidMeasurement, match="closed after its horizon of 3"):
        certifier.update(0.0)


@settings(max_examples=25, deadline=None)
@given(losses=LOSSES, cut=st.integers(0, 60), promise=PROMISES)
def test_it_resumes_to_the_bit_from_its_state(losses, cut, promise):
    whole = run(a_certifier(horizon=60, promise=promise), losses)
    half = run(a_certifier(horizon=60, promise=promise), losses[:cut])
    resumed = Certifier.from_state(json.loads(json.dumps(half.state())))
    assert run(resumed, losses[cut:]).state() == whole.state()
    assert resumed.upper_bound() == whole.upper_bound()


def test_it_refuses_the_state_of_another_version():
    with pytest.raises(InvalidMeasurement, match="version 1, got 2"):
        Certifier.from_state({**a_certifier().state(), "version": 2})


@settings(max_examples=25, deadline=None)
@given(
    losses=LOSSES,
    promise=PROMISES,
    margin=st.sampled_from([0.0, 0.05, 0.033, 0.2]),
    alpha=st.sampled_from([0.05, 0.3]),
)
def test_bounds_only_tighten_and_agree_with_the_certifying_side(
    losses, promise, margin, alpha
):
    certifier = a_certifier(
        margin=margin, alpha=alpha, beta=alpha, horizon=60, promise=promise
    )
    upper, lower = 1.0, -1.0
    for loss in losses:
        certifier.update(loss)
        assert certifier.upper_bound() <= upper
        assert certifier.lower_bound() >= lower
        upper, lower = certifier.upper_bound(), certifier.lower_bound()
        certified = certifier._certify.best >= certifier._certify.target
        assert certified == (upper <= margin)


@settings(max_examples=40, deadline=None)
@given(losses=st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=12, max_size=12))
def test_after_all_samples_it_knows_the_plain_answer(losses):
    certifier = a_certifier(
        horizon=12, promise="samples", alpha=1e-6, beta=1e-6, margin=0.1
    )
    run(certifier, losses)
    within = sum(losses) <= 12 * 0.1
    assert certifier.verdict == ("non_inferior" if within else "inferior")
    assert certifier.lower_bound() <= sum(losses) / 12 <= certifier.upper_bound()


def test_a_better_candidate_has_a_better_bound():
    rng = np.random.default_rng(4)
    good = rng.choice([-1.0, 0.0, 1.0], 400, p=[0.15, 0.8, 0.05])
    bad = -good
    bounds = [run(a_certifier(horizon=400), one).upper_bound() for one in (good, bad)]
    assert bounds[0] < good.mean() + 0.08 < bounds[1]


def test_a_margin_between_two_grid_points_is_a_grid_point_too():
    certifier = run(a_certifier(margin=0.033, horizon=200), [0.0] * 200)
    assert certifier.verdict == "non_inferior"
    assert certifier.upper_bound() <= 0.033
    stopped = run(a_certifier(margin=0.033, horizon=200), [0.0] * 110)
    assert (stopped.verdict is None) == (stopped.upper_bound() > 0.033)


def test_levels_may_be_asked_for_after_the_fact():
    certifier = run(a_certifier(horizon=200), [0.0, 1.0, -1.0, 0.0] * 50)
    assert certifier.upper_bound(0.2) <= certifier.upper_bound(0.05)
    assert certifier.lower_bound(0.2) >= certifier.lower_bound(0.05)


@pytest.mark.parametrize("promise", ["traffic", "samples"])
def test_false_certificates_are_as_rare_as_promised(promise):
    # a population exactly at a loss just above the margin; bound 5 %, 4 s.e. of slack
    rng = np.random.default_rng(11)
    losses = np.array([1.0] * 18 + [-1.0] * 12 + [0.0] * 70)  # mean 0.06
    false = 0
    for _ in range(100):
        certifier = a_certifier(margin=0.0599, horizon=100, promise=promise)
        drawn = rng.permutation(losses)
        if promise == "traffic":
            drawn = rng.choice(losses, 100)
        false += run(certifier, drawn).verdict == "non_inferior"
    assert false / 100 <= 0.05 + 4 * (0.05 * 0.95 / 100) ** 0.5


def test_weighted_groups_do_not_certify_what_small_groups_suggest():
    # nine small groups in ten gain, one heavy group in ten loses: mean loss above 0
    rng = np.random.default_rng(5)
    false = 0
    for _ in range(40):
        certifier = a_certifier(margin=0.0, horizon=100)
        for heavy in rng.random(100) < 0.1:
            certifier.update(1.0 if heavy else -0.1, 1.0 if heavy else 0.1)
        false += certifier.verdict == "non_inferior"
    assert false <= 40 * 0.05 + 4 * (40 * 0.05 * 0.95) ** 0.5
